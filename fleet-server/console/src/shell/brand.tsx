import { Link } from '@tanstack/react-router'
import classes from './shell.module.css'

export const BrandMark = () => (
  <svg
    viewBox="0 0 16 16"
    width="18"
    height="18"
    fill="none"
    stroke="var(--accent)"
    strokeWidth="1.6"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <circle cx="8" cy="3" r="1.6" />
    <path d="M8 4.6V14M5 7h6M2.5 9.5C3 12.2 5.2 14 8 14s5-1.8 5.5-4.5" />
  </svg>
)

export const Brand = () => (
  <Link to="/" className={classes.brand} aria-label="Kedge, the fleet">
    <BrandMark />
    Kedge
  </Link>
)
