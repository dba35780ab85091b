/** The one rounding rule: an amount times a ratio, exactly, to the nearest multiple of `step`; a half away from zero. */
export function roundedShare(cents: number, numerator: number, denominator: number, step: number): number {
  const product = BigInt(cents) * BigInt(numerator);
  const isNegative = product < 0n !== denominator < 0;
  const [above, below] = [abs(product), abs(BigInt(denominator)) * BigInt(step)];
  const rounded = Number((2n * above + below) / (2n * below)) * step;
  return isNegative ? 0 - rounded : rounded;
}

/** A number with three decimals at most, in thousandths. */
export function toThousandths(decimal: number): number {
  return Math.round(decimal * 1_000);
}

/** How many decimals a number is written with. */
export function decimalsOf(number: number): number {
  const [, fraction = '', exponent = '0'] = /^-?\d+(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number)) ?? [];
  return Math.max(0, fraction.length - Number(exponent));
}

function abs(number: bigint): bigint {
  return number < 0n ? -number : number;
}
