#include "app/pattern_options.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>

#include "app/terminal.h"

namespace corpuscope::app {

namespace {

bool read_number(std::string_view text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size();
}

pattern::Level level_of(const std::string& text) {
  pattern::Level level;
  const auto colon = text.find(':');
  if (colon == std::string::npos || !read_number(std::string_view(text).substr(0, colon), level.segment) ||
      !read_number(std::string_view(text).substr(colon + 1), level.dilation))
    throw CLI::ValidationError("--levels", "\"" + text + "\" is no segment:dilation, as in 2048:1,4096:2");
  return level;
}

}  // namespace

CLI::Option_group* add_pattern_options(CLI::App& command, PatternOptions& options) {
  auto* group = command.add_option_group("Pattern");
  group->add_option("--length", options.length, "Tokens of the sequence, at most 2^40")
      ->check(CLI::Range(std::int64_t(1), std::int64_t(1) << 40));
  group->add_option("--heads", options.heads, "Attention heads")->check(CLI::Range(1, 1024))->capture_default_str();
  auto* segment = group->add_option("--segment", options.segment, "Segment of the first level, whose dilation is 1")
                      ->check(CLI::Range(std::int64_t(1), std::int64_t(1) << 40))
                      ->capture_default_str();
  auto* ratio = group
                    ->add_option("--ratio", options.ratio,
                                 "Segment and dilation grow so from level to level, until one covers the sequence")
                    ->check(CLI::Range(2, 1024))
                    ->capture_default_str();
  group->add_option("--levels", options.levels, "Instead: all levels as segment:dilation, as in 2048:1,4096:2")
      ->delimiter(',')
      ->type_name("W:R,...")
      ->excludes(segment)
      ->excludes(ratio);
  group->add_option("--rule", options.rule, "The heads' offsets: modulo, block, both_ends")
      ->check(CLI::IsMember({"modulo", "block", "both_ends"}).description(""))
      ->type_name("RULE")
      ->capture_default_str();
  group->add_flag("--staggered", options.staggered, "Move the odd heads' segments by half their length");
  group->add_flag("--full", options.full, "Not causal: tokens see later ones too");
  return group;
}

pattern::Pattern pattern_of(const PatternOptions& options) {
  pattern::Pattern pattern;
  pattern.rule = pattern::offset_rule(options.rule);
  pattern.staggered = options.staggered;
  pattern.causal = !options.full;
  for (const auto& text : options.levels) pattern.levels.push_back(level_of(text));
  if (options.levels.empty()) {
    pattern::Level level{options.segment, 1};
    pattern.levels.push_back(level);
    while (level.segment < options.length) {
      level = {level.segment * options.ratio, level.dilation * options.ratio};
      pattern.levels.push_back(level);
    }
  }
  pattern::check(pattern, options.heads);
  return pattern;
}

std::string pattern_line(const pattern::Pattern& pattern, int heads, std::int64_t length) {
  return fmt::format("{} tokens, {} levels, {} heads, {}{}{}", count_text(length), pattern.levels.size(), heads,
                     pattern::name(pattern.rule), pattern.staggered ? ", staggered" : "",
                     pattern.causal ? ", causal" : ", not causal");
}

std::string level_text(const pattern::Level& level) {
  return fmt::format("w {} r {}", count_text(level.segment), count_text(level.dilation));
}

}  // namespace corpuscope::app
