import * as ort from 'onnxruntime-web/webgpu'
import { serveOnnx } from './serve-onnx.js'

serveOnnx(ort, 'webgpu')
