/** Byte classes of RFC 9110 and RFC 3986 as tables: one load per byte where a chain of comparisons would branch. */

const TOKEN = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
const UNRESERVED_AND_SUB_DELIMS = "-._~!$&'()*+,;=%0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

function tableOf(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (accepts(byte) ? 1 : 0));
}

const among =
  (chars: string) =>
  (byte: number): boolean =>
    chars.includes(String.fromCharCode(byte));

/** token characters (RFC 9110 §5.6.2). */
export const IS_TOKEN: Uint8Array = tableOf(among(TOKEN));

/** The lower-case form of a token character, 0 for every other byte: validation and lower-casing in one load. */
export const LOWER_TOKEN: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  TOKEN.includes(String.fromCharCode(byte)) ? String.fromCharCode(byte).toLowerCase().charCodeAt(0) : 0,
);

/** field-vchar, SP and HTAB (RFC 9110 §5.5): everything but control bytes; obs-text (0x80–0xff) is opaque and let through. */
export const IS_FIELD_VALUE: Uint8Array = tableOf((byte) => byte === 0x09 || (byte >= 0x20 && byte !== 0x7f));

/** Bytes of a request-target: visible ASCII. Finer rules depend on its form. */
export const IS_TARGET: Uint8Array = tableOf((byte) => byte > 0x20 && byte < 0x7f);

/** reg-name (RFC 3986 §3.2.2): unreserved, sub-delims and percent. */
export const IS_REG_NAME: Uint8Array = tableOf(among(UNRESERVED_AND_SUB_DELIMS));

/** The value of a hexadecimal digit, 255 for every other byte. */
export const HEX_VALUE: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase());
  return value < 0 ? 255 : value;
});
