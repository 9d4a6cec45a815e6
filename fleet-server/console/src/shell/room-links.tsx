import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import classes from './shell.module.css'

const rooms = [
  {
    to: '/',
    label: 'Fleet',
    keys: 'g f',
    icon: <path d="M2 3h5v4H2zM9 3h5v4H9zM2 9h5v4H2zM9 9h5v4H9z" />,
  },
  {
    to: '/models',
    label: 'Models',
    keys: 'g m',
    icon: <path d="M8 1.8 13.6 5v6L8 14.2 2.4 11V5zM2.6 5.1 8 8.2l5.4-3.1M8 8.2v6" />,
  },
  {
    to: '/rollouts',
    label: 'Rollouts',
    keys: 'g r',
    icon: <path d="M2 8h5M7 8c3 0 2-4.5 6.5-4.5M7 8c3 0 2 4.5 6.5 4.5M7 8h6.5" />,
  },
  {
    to: '/settings',
    label: 'Settings',
    keys: 'g s',
    icon: (
      <path d="M2 4.5h7M13 4.5h1M2 11.5h1M7 11.5h7M11 2.7a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6M5 9.7a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6" />
    ),
  },
] as const

const Icon = ({ children }: { children: ReactNode }) => (
  <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
    {children}
  </svg>
)

/** The rooms: beside the content on a wide screen, under the thumb on a phone. */
export const RoomLinks = () => (
  <nav className={classes.rooms} aria-label="Rooms">
    <ul>
      {rooms.map((room) => (
        <li key={room.to}>
          <Link
            to={room.to}
            title={`${room.label} (${room.keys})`}
            activeOptions={{ exact: room.to === '/', includeSearch: false }}
            activeProps={{ 'aria-current': 'page' }}
          >
            <Icon>{room.icon}</Icon>
            {room.label}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
)
