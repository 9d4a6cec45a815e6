/** Makes desired states what the rollouts ask for; whatever changes the plan calls it. */
export interface DesiredRefresh {
  /** Resolves when a pass over the fleet that began after this call has ended. */
  refresh(): Promise<void>
  /** Brings one device up to date; nothing happens when it is. */
  refreshDevice(device: string): Promise<void>
}
