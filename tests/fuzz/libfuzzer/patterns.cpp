// libFuzzer's entry for patterns of names: any bytes are a .gitignore, an exclusion, or refused. The last line is the name
// that is asked for.
#include "core/error.h"
#include "text/exclusions.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace corpuscope;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(input.rfind('\n'), input.size());
  const std::string rules(input.substr(0, end)), name(input.substr(std::min(end + 1, input.size())));
  text::IgnoreRules().with("", text::IgnoreFile(rules)).ignores(name, size % 2 == 0);
  try {
    const text::Exclusions excluded({rules});
    excluded.of_document(name);
    text::Exclusions({text::pattern_below("[a] folder", rules)}).of_document(name);
  } catch (const core::Error&) {
  }
  // A name is meant by the pattern that is made of it.
  const bool one_line = name.find_first_of("\r\n") == name.npos, plain = !name.empty() && name.find("//") == name.npos;
  if (!one_line || !plain || name.starts_with('/') || name.ends_with('/')) return 0;
  if (!text::Exclusions({text::pattern_of(name)}).of_document(name)) __builtin_trap();
  return 0;
}
