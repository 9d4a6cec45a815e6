/** The newest versions that the ONNX Runtime shipped with Kedge (1.30) loads; found by trying. */
export const newestSupported = { irVersion: 13, 'ai.onnx': 26, 'ai.onnx.ml': 5 } as const

/** The opset version an operator came with and, where it is gone, the one that took it away. */
interface Lifespan {
  readonly since: number
  readonly until?: number
}

// https://github.com/onnx/onnx/blob/main/docs/Operators.md, up to the newest opset above.
const standard: Readonly<Record<number, string>> = {
  1: `Abs Add And ArgMax ArgMin AveragePool BatchNormalization Cast Ceil Clip Concat Constant Conv
    ConvTranspose DepthToSpace Div Dropout Elu Equal Exp Flatten Floor GRU Gather Gemm
    GlobalAveragePool GlobalLpPool GlobalMaxPool Greater HardSigmoid Hardmax Identity If
    InstanceNormalization LRN LSTM LeakyRelu Less Log LogSoftmax Loop LpNormalization LpPool MatMul
    Max MaxPool MaxRoiPool Mean Min Mul Neg Not Or PRelu Pad Pow RNN RandomNormal RandomNormalLike
    RandomUniform RandomUniformLike Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp
    ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Reshape Selu Shape
    Sigmoid Size Slice Softmax Softplus Softsign SpaceToDepth Split Sqrt Squeeze Sub Sum Tanh Tile
    TopK Transpose Unsqueeze Xor`,
  7: 'Acos Asin Atan Cos Multinomial Sin Tan',
  8: 'Expand Scan',
  9: `Acosh Asinh Atanh Compress ConstantOfShape Cosh Erf EyeLike IsNaN MaxUnpool NonZero OneHot
    Shrink Sign Sinh TfIdfVectorizer Where`,
  10: `ConvInteger DequantizeLinear IsInf MatMulInteger Mod NonMaxSuppression QLinearConv
    QLinearMatMul QuantizeLinear Resize ReverseSequence RoiAlign StringNormalizer`,
  11: `BitShift ConcatFromSequence CumSum Det DynamicQuantizeLinear GatherElements GatherND Range
    Round ScatterElements ScatterND SequenceAt SequenceConstruct SequenceEmpty SequenceErase
    SequenceInsert SequenceLength SplitToSequence Unique`,
  12: `Celu Einsum GreaterOrEqual LessOrEqual NegativeLogLikelihoodLoss
    SoftmaxCrossEntropyLoss`,
  14: 'HardSwish Trilu',
  15: 'Bernoulli CastLike Optional OptionalGetElement OptionalHasElement',
  16: 'GridSample',
  17: 'BlackmanWindow DFT HammingWindow HannWindow MelWeightMatrix STFT SequenceMap',
  18: `BitwiseAnd BitwiseNot BitwiseOr BitwiseXor CenterCropPad Col2Im GroupNormalization Mish`,
  19: 'DeformConv',
  20: 'AffineGrid Gelu ImageDecoder RegexFullMatch StringConcat StringSplit',
  23: 'Attention RMSNormalization RotaryEmbedding',
  24: 'Swish TensorScatter',
  26: 'BitCast CumProd',
}

// https://github.com/onnx/onnx/blob/main/docs/Operators-ml.md
const traditional: Readonly<Record<number, string>> = {
  1: `ArrayFeatureExtractor Binarizer CastMap CategoryMapper DictVectorizer FeatureVectorizer
    Imputer LabelEncoder LinearClassifier LinearRegressor Normalizer OneHotEncoder SVMClassifier
    SVMRegressor Scaler ZipMap`,
  5: 'TreeEnsemble',
}

// Operators ONNX Runtime still knows from before they were standard.
const early = 'LayerNormalization MeanVarianceNormalization SimplifiedLayerNormalization'
const experiments = 'Affine Crop DynamicSlice ImageScaler ParametricSoftplus Scale ScaledTanh'

const since = (byVersion: Readonly<Record<number, string>>): [string, Lifespan][] =>
  Object.entries(byVersion).flatMap(([version, names]) =>
    names.split(/\s+/).map((name): [string, Lifespan] => [name, { since: Number(version) }]),
  )

const between = (names: string, first: number, until: number): [string, Lifespan][] =>
  names.split(' ').map((name) => [name, { since: first, until }])

/** By domain and name. Domains that are not here have no catalogue. */
export const operatorCatalogue: ReadonlyMap<string, ReadonlyMap<string, Lifespan>> = new Map([
  [
    'ai.onnx',
    new Map([
      ...since({ ...standard, 0: `${early} ThresholdedRelu` }),
      ...between(experiments, 1, 10),
      ...between('Upsample', 1, 10),
      ...between('Scatter', 9, 11),
    ]),
  ],
  [
    'ai.onnx.ml',
    new Map([
      ...since(traditional),
      ...between('TreeEnsembleClassifier TreeEnsembleRegressor', 1, 5),
    ]),
  ],
])
