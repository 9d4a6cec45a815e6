import type { DeviceOutbox } from './devices/device-door.js'

/**
 * Stands for the broker before there is one: features and broker each need the other. What is said
 * before goes nowhere, and need not, as the broker finds what is retained by itself.
 */
export class RelayOutbox implements DeviceOutbox {
  #broker: DeviceOutbox | undefined

  connect(broker: DeviceOutbox | undefined): void {
    this.#broker = broker
  }

  publish: DeviceOutbox['publish'] = async (topic, payload) => {
    await this.#broker?.publish(topic, payload)
  }

  async disconnect(device: string): Promise<void> {
    await this.#broker?.disconnect(device)
  }
}
