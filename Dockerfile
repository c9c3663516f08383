# longhaul with everything it needs, and nothing else. glibc is needed: no Alpine.
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN npm run build
RUN npm prune --omit=dev --no-audit --no-fund && rm -rf node_modules/.cache
# The core of the SDK comes for five platforms; one is used.
RUN find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
  ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -rf {} +

FROM node:20.20.2-bookworm-slim
# The SDK's core loads the system's certificates also when it speaks without TLS.
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY bin bin
COPY schema schema
ENV NODE_ENV=production
# Owners and modes of any user are kept: that takes root, here as on a host. Node runs as process 1
# and gets the signals itself.
ENTRYPOINT ["node", "bin/longhaul.js"]
CMD ["worker"]
