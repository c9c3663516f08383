/** The engine contract on the POSIX mover, and what only it promises. */
import { engineContract } from './contract.ts';
import { posix } from './posix/bench.ts';

engineContract('posix', posix);
