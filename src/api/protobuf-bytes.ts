// Bytes of the parts of a protobuf message. Field numbers from 16 on, whose tags take two bytes,
// are not told apart. Source: protobuf's encoding.

/** A field's tag: number and wire type in one byte. */
export const tagBytes = 1;

/** The message of a time: seconds (tag and five bytes) and nanoseconds (tag and zero). */
export const timeBytes = 8;

/** Length of an integer in base-128 groups; negative ones always take ten bytes. */
export function varintBytes(value: number): number {
  if (value < 0) return 10;
  let bytes = 1;
  for (let limit = 128; value >= limit; limit *= 128) bytes += 1;
  return bytes;
}

/** Bytes of a text in UTF-8, by code units: surrogates count two each, four a pair. O(length). */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 1 : 2;
  }
  return bytes;
}

/** A tagged, length-delimited field with a body of `bytes`. */
export function delimited(bytes: number): number {
  return tagBytes + varintBytes(bytes) + bytes;
}
