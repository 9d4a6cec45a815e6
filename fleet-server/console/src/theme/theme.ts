import {
  createTheme,
  type CSSVariablesResolver,
  type MantineColorsTuple,
  defaultVariantColorsResolver,
} from '@mantine/core'

/** The one accent: a sea blue, and the neutral scale that Mantine's own parts draw with. */
const sea: MantineColorsTuple = [
  '#e3f1f8',
  '#c7e3f0',
  '#9fd0e6',
  '#72badb',
  '#4fb6e0',
  '#2b95c2',
  '#1580ad',
  '#0a74a0',
  '#08648b',
  '#065273',
]

const slate: MantineColorsTuple = [
  '#e4e8eb',
  '#c8cfd5',
  '#a3adb6',
  '#87929c',
  '#3a434b',
  '#262c32',
  '#1b2025',
  '#15191d',
  '#0f1215',
  '#0b0e10',
]

export const theme = createTheme({
  colors: { sea, dark: slate },
  primaryColor: 'sea',
  primaryShade: 7,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  defaultRadius: 'var(--radius)',
  fontSizes: { xs: 'var(--f-small)', sm: 'var(--f-body)', md: 'var(--f-lead)' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '36px' },
  focusRing: 'auto',
  cursorType: 'pointer',
  variantColorResolver: (input) => ({
    ...defaultVariantColorsResolver(input),
    ...(input.variant === 'default' && { hover: 'var(--hover)' }),
  }),
  components: {
    Button: { defaultProps: { size: 'xs', fw: 550 } },
    Modal: {
      defaultProps: {
        centered: true,
        transitionProps: { duration: 90 },
        radius: 'var(--radius)',
        // It would do so by a style element; base.css does it without one.
        lockScroll: false,
      },
    },
    // A header beside the page's own would be a second banner to a screen reader.
    ModalHeader: { defaultProps: { role: 'none' } },
    TextInput: { defaultProps: { size: 'xs' } },
    NativeSelect: { defaultProps: { size: 'xs' } },
  },
})

const shared = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--text)',
  '--mantine-color-dimmed': 'var(--text-2)',
  '--mantine-color-placeholder': 'var(--text-3)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--hover)',
  '--mantine-color-default-border': 'var(--line-strong)',
  '--mantine-color-error': 'var(--bad)',
}

/** Mantine's surfaces take the console's own tokens, which follow the theme by themselves. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: shared,
  dark: shared,
})
