import { BarredDevices } from './barred-devices.js'
import { EnrolmentTokens } from './enrolment-tokens.js'

/** Who may join the fleet, and who may not. */
export const EnrolmentRoom = () => (
  <>
    <EnrolmentTokens />
    <BarredDevices />
  </>
)
