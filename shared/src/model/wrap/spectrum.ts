/** The periodic Hann window, or one that changes nothing. */
export const windowOf = (kind: 'none' | 'hann', length: number): Float64Array =>
  Float64Array.from({ length }, (_, i) =>
    kind === 'none' ? 1 : 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length),
  )

/** Kernels `[length, 1, length]` that give the windowed samples themselves. */
export function waveformKernels(window: Float64Array): Float32Array {
  const kernels = new Float32Array(window.length ** 2)
  window.forEach((weight, i) => (kernels[i * window.length + i] = weight))
  return kernels
}

/** Kernels `[length / 2 + 1, 1, length]`: the real or imaginary part of the discrete Fourier transform. */
export function fourierKernels(window: Float64Array, part: 'real' | 'imaginary'): Float32Array {
  const { length } = window
  const wave = part === 'real' ? Math.cos : (angle: number) => -Math.sin(angle)
  const kernels = new Float32Array(binCount(length) * length)
  for (let bin = 0; bin < binCount(length); bin++) {
    for (let i = 0; i < length; i++) {
      // The product modulo the length: the angle stays small, and so exact.
      const angle = (2 * Math.PI * ((bin * i) % length)) / length
      kernels[bin * length + i] = window[i]! * wave(angle)
    }
  }
  return kernels
}

export const binCount = (frame: number): number => Math.floor(frame / 2) + 1

export interface MelScale {
  readonly bands: number
  /** Hertz. */
  readonly sampleRate: number
  readonly lowest: number
  readonly highest: number
}

/**
 * Triangles of height 1, evenly spaced on the mel scale, `[bands, bins]`. The scale is that of
 * O'Shaughnessy, "Speech Communication" (1987): 2595 · log10(1 + f / 700).
 */
export function melFilters({ bands, sampleRate, lowest, highest }: MelScale, frame: number) {
  const [from, to] = [toMel(lowest), toMel(highest)]
  const edges = Array.from({ length: bands + 2 }, (_, i) =>
    fromMel(from + ((to - from) * i) / (bands + 1)),
  )
  const bins = binCount(frame)
  const filters = new Float32Array(bands * bins)
  for (let band = 0; band < bands; band++) {
    const [low, peak, high] = edges.slice(band, band + 3) as [number, number, number]
    for (let bin = 0; bin < bins; bin++) {
      const hertz = (bin * sampleRate) / frame
      const height = Math.min((hertz - low) / (peak - low), (high - hertz) / (high - peak))
      filters[band * bins + bin] = Math.max(0, height)
    }
  }
  return filters
}

const toMel = (hertz: number) => 2595 * Math.log10(1 + hertz / 700)
const fromMel = (mel: number) => 700 * (10 ** (mel / 2595) - 1)
