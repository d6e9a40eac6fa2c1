import request from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';

// undici's index does the same, but loads 80 more files: 13 MB, and a tenth of the start time.
Object.assign(Agent.prototype, { request });

export { Agent };
