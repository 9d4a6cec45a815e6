import { z } from 'zod'

const positive = z.number().positive()
const count = z.int().positive()
const perChannel = z.array(z.number()).min(1).max(4)

/** A picture of any size, as a camera or a canvas gives it, made what the model takes. */
export const imageStepSchema = z.strictObject({
  kind: z.literal('image'),
  /** Name of the new input (`image`), uint8 `[height, width, channels]`. */
  name: z.string().min(1).optional(),
  /** Height and width that the model takes; needed where it does not say so itself. */
  size: z.tuple([count, count]).optional(),
  layout: z.enum(['nchw', 'nhwc']).default('nchw'),
  channels: z.enum(['rgb', 'bgr', 'grey']).default('rgb'),
  /** How the picture is brought to that size; with `none` it has to have it. */
  fit: z.enum(['stretch', 'cover', 'contain', 'none']).default('stretch'),
  /** Grey value, 0 to 255, of the border that `contain` leaves. */
  fill: z.number().min(0).max(255).default(114),
  /** Pixels are divided by this, then `mean` is taken off, then they are divided by `std`. */
  scale: positive.default(255),
  mean: perChannel.default([0]),
  std: perChannel.pipe(z.array(positive)).default([1]),
})

const numberColumnSchema = z.strictObject({
  kind: z.literal('number'),
  name: z.string().min(1),
  mean: z.number().default(0),
  std: positive.default(1),
  /** Taken where the value is not a number. */
  missing: z.number().optional(),
})

const categoryColumnSchema = z.strictObject({
  kind: z.literal('category'),
  name: z.string().min(1),
  /** One element each; all are 0 for any other value. */
  values: z.array(z.string()).min(1),
})

/** Named columns, scaled or one-hot, behind one another in the order given. */
export const columnsStepSchema = z.strictObject({
  kind: z.literal('columns'),
  columns: z.array(z.discriminatedUnion('kind', [numberColumnSchema, categoryColumnSchema])).min(1),
})

const melSchema = z.strictObject({
  bands: count,
  /** Hertz. */
  sampleRate: positive,
  lowest: z.number().min(0).default(0),
  /** Half the sample rate unless given. */
  highest: positive.optional(),
})

/** Samples of sound, cut into frames that overlap, with a window and a spectrum. */
export const audioStepSchema = z.strictObject({
  kind: z.literal('audio'),
  /** Name of the new input (`samples`), `[samples]`. */
  name: z.string().min(1).optional(),
  /** int16 samples are divided by 32,768. */
  dtype: z.enum(['float32', 'int16']).default('float32'),
  /** Samples in a frame, and from the start of one to the start of the next. */
  frame: count.max(2048),
  hop: count,
  window: z.enum(['none', 'hann']).default('hann'),
  features: z.enum(['waveform', 'magnitude', 'power', 'log-mel']).default('waveform'),
  /** For `log-mel`. */
  mel: melSchema.optional(),
  /** Whether frames are the last dimension but one, or the last. */
  order: z.enum(['frames-first', 'features-first']).default('frames-first'),
})

/** Names of the classes, and how sure the model is. */
export const labelStepSchema = z.strictObject({
  /** Of the model: one score for each class. The first output unless given. */
  output: z.string().min(1).optional(),
  names: z.array(z.string().min(1)).min(2),
  /** For models that give logits. */
  softmax: z.boolean().default(false),
  label: z.string().min(1).default('label'),
  confidence: z.string().min(1).default('confidence'),
})

/** What `wrapModel` puts around a model. */
export const wrapStepsSchema = z.strictObject({
  /** By the name of the model's input. */
  inputs: z
    .record(
      z.string(),
      z.discriminatedUnion('kind', [imageStepSchema, columnsStepSchema, audioStepSchema]),
    )
    .default({}),
  labels: labelStepSchema.optional(),
})

export type ImageStep = z.output<typeof imageStepSchema>
export type ColumnsStep = z.output<typeof columnsStepSchema>
export type AudioStep = z.output<typeof audioStepSchema>
export type LabelStep = z.output<typeof labelStepSchema>
export type WrapSteps = z.output<typeof wrapStepsSchema>
