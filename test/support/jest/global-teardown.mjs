// After the tests: what global-setup.mjs started ends.
export default async function globalTeardown() {
  await globalThis.closeTestDoor?.();
}
