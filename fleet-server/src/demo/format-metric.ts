/** 0.9132 → `91.3 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`
