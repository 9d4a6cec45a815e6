import { drawStroke } from '@kedge/shared/demo/gesture/draw-stroke'
import { gestureNames } from '@kedge/shared/demo/gesture/gesture-shapes'
import { testStyle } from '@kedge/shared/demo/gesture/stroke-style'
import type { StrokePoint } from '@kedge/shared/demo/gesture/stroke'
import { systemEntropy } from '@kedge/shared/util/entropy'
import { createRuntime, type Model, type Runtime } from '@kedge/web-runtime'
import { ArrivalView } from './arrival-view.js'
import { DrawingPad } from './drawing-pad.js'
import { FactsView } from './facts-view.js'
import { LabelButtons } from './label-buttons.js'
import { showLink } from './link-view.js'
import { byId } from './page-elements.js'
import { labelsOf, recognise, type Recognition } from './recognition.js'
import { ResultView } from './result-view.js'

const modelName = 'gesture-recogniser'

const pad = byId('pad')
const hint = byId('hint')
const example = byId<HTMLButtonElement>('example')
const result = new ResultView()
const facts = new FactsView()
const arrival = new ArrivalView()
const labels = new LabelButtons((label) => void giveLabel(label))
const drawing = new DrawingPad(byId<HTMLCanvasElement>('ink'), (stroke) => void onStroke(stroke))

let model: Model | undefined
let last: Recognition | undefined

async function onStroke(stroke: readonly StrokePoint[]): Promise<void> {
  if (!model) return
  hint.hidden = true
  labels.close()
  last = undefined
  try {
    const recognition = await recognise(model, stroke)
    if (!recognition) return result.empty('That was a tap. Draw a shape in one stroke.')
    last = recognition
    result.show(recognition)
    facts.latency(recognition.latencyUs)
    labels.open(recognition.ranking[0]?.label ?? '')
  } catch (error) {
    result.empty(error instanceof Error ? error.message : String(error))
  }
}

async function giveLabel(label: string): Promise<void> {
  if (!model || !last) return
  const guess = last.ranking[0]?.label
  const taken = await model.feedback(last.id, label).catch(() => false)
  if (taken) labels.thank(label, guess === label)
  else labels.apologise()
}

function drawExample(): void {
  const name = gestureNames[Math.floor(Math.random() * gestureNames.length)] ?? 'circle'
  hint.hidden = true
  void drawing.play(drawStroke(name, testStyle, systemEntropy))
}

function watch(runtime: Runtime): void {
  runtime.on('state', (state) => {
    showLink(state, model !== undefined)
    facts.device(state.device)
    if (!model) arrival.state(state)
  })
  runtime.on('progress', (progress) => {
    if (progress.model === modelName && !model) arrival.progress(progress)
  })
  runtime.on('version', (version) => {
    if (version.model === modelName) facts.version(version)
  })
}

async function main(): Promise<void> {
  result.empty('')
  labels.offer(gestureNames)
  drawing.start()
  example.addEventListener('click', drawExample)
  try {
    const runtime = await createRuntime({ labels: { app: 'gesture' } })
    watch(runtime)
    model = await runtime.model(modelName)
    facts.version(model.version)
    labels.offer(labelsOf(model))
    showLink(runtime.state, true)
  } catch (error) {
    arrival.fail(error instanceof Error ? error.message : String(error))
    return
  }
  arrival.done()
  pad.dataset['ready'] = 'true'
  example.disabled = false
  result.empty('Nothing you draw leaves this device.')
}

void main()
