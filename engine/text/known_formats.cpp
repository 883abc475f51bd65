#include "text/known_formats.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

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
    Signature{0, "{\\rtf"sv, "RTF document", true},
    Signature{0, "\x1F\x8B\x08"sv, "gzip file", true},
    Signature{0, "BZh91AY&SY"sv, "bzip2 file", true},
    Signature{0, "\xFD\x37zXZ\0"sv, "xz file", true},
    Signature{0, "\x28\xB5\x2F\xFD"sv, "Zstandard file", true},
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

// What the first entry of a ZIP holds, if it is stored and called "mimetype".
std::string_view mimetype_of_zip(std::string_view bytes) {
  const auto number = [&](std::size_t at) {
    return std::size_t(static_cast<std::uint8_t>(bytes[at])) + 256 * static_cast<std::uint8_t>(bytes[at + 1]);
  };
  constexpr std::size_t name_at = 30;
  if (bytes.size() < name_at || !bytes.substr(name_at).starts_with("mimetype") || number(26) != 8) return {};
  return bytes.substr(std::min(bytes.size(), name_at + 8 + number(28)));
}

// EPUB and ODT begin with an entry that names them; for the others only the file's name is at hand.
std::string kind_of_zip(std::string_view file_name, std::string_view first_bytes) {
  const auto type = mimetype_of_zip(first_bytes);
  if (type.starts_with("application/epub+zip")) return "EPUB";
  if (type.starts_with("application/vnd.oasis.opendocument")) return "OpenDocument";
  const auto ending = name_ending(file_name);
  if (ending == "epub") return "EPUB";
  if (ending == "odt" || ending == "ods" || ending == "odp") return "OpenDocument";
  if (ending == "docx" || ending == "docm") return "Word document (DOCX)";
  if (ending == "xlsx" || ending == "pptx") return "Microsoft Office document";
  return "ZIP archive";
}

}  // namespace

std::string name_ending(std::string_view file_name) {
  const auto slash = file_name.rfind('/');
  if (slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const auto dot = file_name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return {};
  std::string lower(file_name.substr(dot + 1));
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return char(std::tolower(c)); });
  return lower;
}

bool is_compressed(std::string_view format_name) {
  return format_name == "gzip file" || format_name == "bzip2 file" || format_name == "xz file" ||
         format_name == "Zstandard file";
}

std::string without_ending(std::string_view file_name) {
  const auto ending = name_ending(file_name);
  if (const auto slash = file_name.rfind('/'); slash != std::string_view::npos) file_name.remove_prefix(slash + 1);
  const std::string bare(file_name.substr(0, file_name.size() - (ending.empty() ? 0 : ending.size() + 1)));
  for (const auto one : {"gz", "bz2", "xz", "zst"})
    if (ending == one) return bare;
  for (const auto tar : {"tgz", "tbz2", "tbz", "txz", "tzst"})
    if (ending == tar) return bare + ".tar";
  return std::string(file_name);
}

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
