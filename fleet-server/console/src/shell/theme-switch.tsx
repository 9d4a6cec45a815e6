import { useMantineColorScheme } from '@mantine/core'
import classes from './shell.module.css'

const order = ['auto', 'light', 'dark'] as const
const words = { auto: 'System', light: 'Light', dark: 'Dark' }
const icons = {
  auto: <path d="M2 3h12v8H2zM6 14h4" />,
  light: (
    <path d="M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1" />
  ),
  dark: <path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z" />,
}

/** Goes round: as the system has it, light, dark. */
export function ThemeSwitch() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const next = order[(order.indexOf(colorScheme) + 1) % order.length] ?? 'auto'
  return (
    <button
      type="button"
      onClick={() => setColorScheme(next)}
      aria-label={`Theme: ${words[colorScheme]}. Switch to ${words[next]}`}
    >
      <svg
        viewBox="0 0 16 16"
        width="12"
        height="12"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        aria-hidden="true"
      >
        {icons[colorScheme]}
      </svg>
      <span className={classes.wide}>{words[colorScheme]}</span>
    </button>
  )
}
