/** The data of a series, unpacked. */

function bytesOf(base64) {
  if (Uint8Array.fromBase64 !== undefined) return Uint8Array.fromBase64(base64);
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}

/** The columns of so many points, as write.ts packs them. */
export async function columnsOf(packed, points) {
  const stream = new Blob([bytesOf(packed)]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const buffer = await new Response(stream).arrayBuffer();
  const time = new Float64Array(buffer, 0, points);
  for (let at = 1; at < points; at++) time[at] += time[at - 1];
  const value = new Float64Array(buffer, 8 * points, points);
  const [expected, lower, upper, strangeness] = [16, 20, 24, 28].map(
    (offset) => new Float32Array(buffer, offset * points, points),
  );
  return {
    time,
    value,
    expected,
    lower,
    upper,
    strangeness,
    level: new Uint8Array(buffer, 32 * points, points),
  };
}
