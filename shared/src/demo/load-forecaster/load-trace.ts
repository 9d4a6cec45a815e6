import type { Entropy } from '../../util/entropy.js'
import { Ms } from '../../util/units.js'
import type { HostSample } from './host-sample.js'
import { drawCount, drawFrom, type TraceProfile } from './trace-profile.js'

/** Adds up to what the host does in one second. */
interface Activity {
  load(second: number): number
  /** Bytes of network and disk for each unit of load. */
  readonly network: number
  readonly disk: number
}

/**
 * One host, a sample a second: an idle level with noise that remembers, jobs that keep to the clock,
 * bursts, ramps and a day. Network and disk follow what causes the load.
 */
export function* generateLoadTrace(
  profile: TraceProfile,
  { seconds, start }: { seconds: number; start: number },
  entropy: Entropy,
): Generator<HostSample, void> {
  const habits = drawActivities(profile, { seconds, start }, entropy)
  const idle = drawFrom(profile.idle, entropy)
  const noise = drawFrom(profile.noise, entropy)
  const power = drawFrom(profile.power, entropy)
  const memory = 0.2 + 0.5 * entropy.random()
  let wandering = 0
  let held = 0
  for (let second = start; second < start + seconds; second++) {
    wandering = 0.9 * wandering + noise * 0.45 * gaussian(entropy)
    let cpu = idle + wandering + 0.3 * noise * gaussian(entropy)
    let network = 2_000 * (1 + entropy.random())
    let disk = 20_000 * entropy.random() ** 4
    for (const activity of habits) {
      const load = activity.load(second) / power
      if (load === 0) continue
      cpu += load
      network += load * activity.network * (0.5 + entropy.random())
      disk += load * activity.disk * (0.5 + entropy.random())
    }
    cpu = clamp(cpu, 0, 1)
    held += (cpu - held) / 60
    yield {
      at: Ms(second * 1000),
      cpu,
      memory: clamp(memory + 0.2 * held + 0.002 * gaussian(entropy), 0, 1),
      network,
      disk,
    }
  }
}

function drawActivities(
  profile: TraceProfile,
  time: { seconds: number; start: number },
  entropy: Entropy,
): Activity[] {
  const repeat = (count: number, make: () => (second: number) => number): Activity[] =>
    Array.from({ length: count }, () => ({
      load: make(),
      network: 2e7 * entropy.random() ** 3,
      disk: 5e7 * entropy.random() ** 3,
    }))
  const within = () => time.start + time.seconds * entropy.random()
  const bursts = (drawFrom(profile.bursts, entropy) * time.seconds) / 3600
  return [
    ...repeat(drawCount(profile.jobs, entropy), () => drawJob(profile, entropy)),
    ...repeat(Math.round(bursts), () => drawBurst(profile, within(), entropy)),
    ...repeat(drawCount(profile.ramps, entropy), () => drawRamp(within(), entropy)),
    ...repeat(1, () => drawDay(profile, entropy)),
  ]
}

/** A job that begins at the same place in each period, give or take a second. */
function drawJob(profile: TraceProfile, entropy: Entropy): (second: number) => number {
  const { jobPeriods } = profile
  const period = jobPeriods[Math.floor(entropy.random() * jobPeriods.length)] ?? 60
  const length = Math.min(drawFrom(profile.jobSeconds, entropy), 0.7 * period)
  const load = drawFrom(profile.jobLoad, entropy)
  // Most timetables begin with the minute.
  const offset = entropy.random() < 0.5 ? 0 : Math.floor(entropy.random() * period)
  return (second) => {
    const phase = (second - offset) % period
    const wobble = 0.9 + 0.2 * fraction(Math.floor((second - offset) / period) * 0.618)
    return phase < length * wobble ? load * wobble : 0
  }
}

function drawBurst(
  profile: TraceProfile,
  begin: number,
  entropy: Entropy,
): (second: number) => number {
  const [shortest, longest] = profile.burstSeconds
  const length = shortest * (longest / shortest) ** entropy.random()
  const load = drawFrom(profile.burstLoad, entropy)
  return (second) => {
    const age = second - begin
    if (age < 0) return 0
    return age < length ? load : load * Math.exp((length - age) / 4)
  }
}

function drawRamp(begin: number, entropy: Entropy): (second: number) => number {
  const length = 120 + 600 * entropy.random()
  const height = 0.1 + 0.5 * entropy.random()
  const hold = 60 + 300 * entropy.random()
  return (second) => {
    const age = second - begin
    if (age < 0 || age > 2 * length + hold) return 0
    return height * Math.min(1, age / length, (2 * length + hold - age) / length)
  }
}

function drawDay(profile: TraceProfile, entropy: Entropy): (second: number) => number {
  const height = drawFrom(profile.dayLoad, entropy)
  const peak = 10 * 3600 + 8 * 3600 * entropy.random()
  return (second) => {
    const angle = (2 * Math.PI * ((second % 86_400) - peak)) / 86_400
    return height * Math.max(0, Math.cos(angle))
  }
}

/** Box & Muller (1958). */
function gaussian(entropy: Entropy): number {
  const radius = Math.sqrt(-2 * Math.log(1 - entropy.random()))
  return radius * Math.cos(2 * Math.PI * entropy.random())
}

const fraction = (value: number): number => value - Math.floor(value)
const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value))
