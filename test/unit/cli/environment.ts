/** Settings of paxkv in this process's environment, for commands that run in it. */

export function setEnvironment(settings: Readonly<Record<`PAXKV_${string}`, string>>): void {
  Object.assign(process.env, settings);
}

/** After each test that sets any. */
export function clearEnvironment(): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('PAXKV_')) Reflect.deleteProperty(process.env, name);
  }
}
