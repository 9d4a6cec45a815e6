import * as ort from 'onnxruntime-web/wasm'
import { serveOnnx } from './serve-onnx.js'

serveOnnx(ort, 'wasm')
