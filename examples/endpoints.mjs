/** Where the servers are: PAXKV_ENDPOINTS, separated by commas, or where `npm start` puts them. */
export const endpoints = process.env.PAXKV_ENDPOINTS?.split(',') ?? [
  '127.0.0.1:4401',
  '127.0.0.1:4402',
  '127.0.0.1:4403',
];
