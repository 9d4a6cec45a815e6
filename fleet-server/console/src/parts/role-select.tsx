import { NativeSelect } from '@mantine/core'
import type { Role } from '../api/documents.js'
import { useActor } from '../api/session.js'
import { grantableRoles, roleWords } from './role-words.js'

interface RoleSelectProps {
  readonly value: Role
  readonly onChange: (role: Role) => void
  readonly size?: 'xs' | 'sm'
}

/** The roles that whoever is signed in may give; under it what the chosen one is for. */
export function RoleSelect({ value, onChange, size = 'xs' }: RoleSelectProps) {
  const granter = useActor()
  return (
    <NativeSelect
      size={size}
      label="Role"
      data={grantableRoles(granter?.role)}
      value={value}
      description={`may ${roleWords[value]}`}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
      onChange={(event) => onChange(event.currentTarget.value as Role)}
    />
  )
}
