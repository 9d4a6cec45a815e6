/** What the loader of shared libraries and Windows need; nothing of the agent's own secrets. */
const passedOn = ['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'TZ']

export function runnerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(passedOn.flatMap((name) => (name in env ? [[name, env[name]]] : [])))
}
