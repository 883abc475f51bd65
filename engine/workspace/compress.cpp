#include "workspace/compress.h"

#include <zstd.h>

#include <memory>
#include <new>

namespace corpuscope::workspace {
namespace {

// Contexts are costly to make and hold no state between frames.
ZSTD_CCtx* compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) throw std::bad_alloc();
  return context.get();
}

ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, decltype(&ZSTD_freeDCtx)> context(ZSTD_createDCtx(), ZSTD_freeDCtx);
  if (!context) throw std::bad_alloc();
  return context.get();
}

}  // namespace

std::vector<std::byte> compress(std::span<const std::byte> bytes, int level) {
  ZSTD_CCtx* context = compressor();
  ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
  std::vector<std::byte> frame(ZSTD_compressBound(bytes.size()));
  const std::size_t size = ZSTD_compress2(context, frame.data(), frame.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(size)) throw std::bad_alloc();  // the only way to fail with room enough
  frame.resize(size);
  return frame;
}

bool decompress(std::span<const std::byte> frame, std::span<std::byte> out) {
  const std::size_t size = ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), frame.data(), frame.size());
  return !ZSTD_isError(size) && size == out.size();
}

std::optional<std::vector<std::byte>> decompress_unknown(std::span<const std::byte> frame, std::size_t most) {
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN || size > most) return std::nullopt;
  std::vector<std::byte> out(size);
  if (!decompress(frame, out)) return std::nullopt;
  return out;
}

}  // namespace corpuscope::workspace
