#include "text/known_formats.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace corpuscope::text {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t at;
  std::string_view bytes;
  std::string_view name;
  bool has_text = false;
};

constexpr std::array unmistakable = {
    Signature{0, "%PDF-"sv, "PDF", true},
    Signature{0, "\x1F\x8B\x08"sv, "gzip archive", true},
    Signature{0, "BZh91AY&SY"sv, "bzip2 archive", true},
    Signature{0, "\xFD\x37zXZ\0"sv, "xz archive", true},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "Zstandard archive", true},
    Signature{0, "7z\xBC\xAF\x27\x1C"sv, "7z archive", true},
    Signature{0, "Rar!\x1A\x07"sv, "RAR archive", true},
    Signature{257, "ustar"sv, "tar archive", true},
    Signature{0, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "old Microsoft Office document", true},
    Signature{0,
              "\x7F"
              "ELF"sv,
              "ELF program"},
    Signature{0, "\x89PNG\r\n\x1A\n"sv, "PNG picture"},
    Signature{0, "\xFF\xD8\xFF"sv, "JPEG picture"},
    Signature{0, "II*\0"sv, "TIFF picture"},
    Signature{0, "MM\0*"sv, "TIFF picture"},
    Signature{0, "\0asm"sv, "WebAssembly program"},
    Signature{0, "\xCA\xFE\xBA\xBE"sv, "Java class or Mach-O program"},
    Signature{0, "\xCF\xFA\xED\xFE"sv, "Mach-O program"},
    Signature{0, "SQLite format 3\0"sv, "SQLite database"},
    Signature{0, "\0\1\0\0\0"sv, "TrueType font"},
};

constexpr std::array doubtful = {
    Signature{0, "GIF8"sv, "GIF picture"},     Signature{0, "BM"sv, "BMP picture"},
    Signature{8, "WEBP"sv, "WebP picture"},    Signature{8, "WAVE"sv, "WAV sound"},
    Signature{0, "RIFF"sv, "RIFF media file"}, Signature{0, "ID3"sv, "MP3 sound"},
    Signature{0, "OggS"sv, "Ogg media file"},  Signature{0, "fLaC"sv, "FLAC sound"},
    Signature{4, "ftyp"sv, "MP4 media file"},  Signature{0, "MZ"sv, "Windows program"},
    Signature{0, "!<arch>"sv, "ar archive"},   Signature{0, "OTTO"sv, "OpenType font"},
    Signature{0, "wOFF"sv, "WOFF font"},       Signature{0, "wOF2"sv, "WOFF2 font"},
};

bool bears(std::string_view bytes, const Signature& signature) {
  return bytes.size() >= signature.at && bytes.substr(signature.at).starts_with(signature.bytes);
}

std::string extension(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos) return {};
  std::string lower(file_name.substr(dot + 1));
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return lower;
}

// EPUB and ODT begin with an entry that names them; for the others only the file's name is at hand.
std::string kind_of_zip(std::string_view file_name, std::string_view first_bytes) {
  const auto first_entry = first_bytes.substr(std::min<std::size_t>(30, first_bytes.size()), 80);
  if (first_entry.starts_with("mimetypeapplication/epub+zip")) return "EPUB";
  if (first_entry.starts_with("mimetypeapplication/vnd.oasis.opendocument")) return "OpenDocument";
  const auto ending = extension(file_name);
  if (ending == "epub") return "EPUB";
  if (ending == "odt" || ending == "ods" || ending == "odp") return "OpenDocument";
  if (ending == "docx") return "Word document (DOCX)";
  if (ending == "xlsx" || ending == "pptx") return "Microsoft Office document";
  return "ZIP archive";
}

}  // namespace

KnownFormat known_format(std::string_view file_name, std::string_view first_bytes) {
  if (first_bytes.starts_with("PK\3\4") || first_bytes.starts_with("PK\5\6"))
    return {kind_of_zip(file_name, first_bytes), true};
  for (const auto& signature : unmistakable)
    if (bears(first_bytes, signature)) return {std::string(signature.name), signature.has_text};
  return {};
}

std::string binary_format_name(std::string_view first_bytes) {
  for (const auto& signature : doubtful)
    if (bears(first_bytes, signature)) return std::string(signature.name);
  return {};
}

}  // namespace corpuscope::text
