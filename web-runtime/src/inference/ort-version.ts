/** The onnxruntime-web this code was built against; a test compares it with the installed one. */
export const ortVersion = '1.30.0'
