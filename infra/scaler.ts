/** The auto-scaler's function, as every stack that has one declares it. */
export const SCALER_FUNCTION = {
  memoryMb: 256,
  /** One decision asks for six metrics; half a minute is ample, and ends before the next one. */
  timeoutSeconds: 30,
} as const;
