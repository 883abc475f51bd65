#pragma once
// Short forms for the tests of the extractors.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "core/error.h"
#include "text/archive.h"
#include "text/extract.h"
#include "text/utf8.h"

namespace corpuscope::test {

// What `extract` says against the bytes; "it was read" where it says nothing.
inline std::string refusal(const std::string& name, const std::string& bytes, text::Bounds bounds = {}) {
  try {
    text::Allowance allowance(std::int64_t(bytes.size()), {}, bounds);
    text::extract(name, bytes, allowance);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "it was read";
}

// Every anchor as the text that stands at it.
inline std::vector<std::string> anchored(const text::Extracted& extracted, std::size_t characters) {
  std::vector<std::string> all;
  std::int64_t before = 0;
  for (const auto& anchor : extracted.anchors) {
    EXPECT_LE(before, anchor.offset) << anchor.name;
    EXPECT_LE(anchor.offset, std::int64_t(extracted.text.size())) << anchor.name;
    before = anchor.offset;
    all.push_back(anchor.name + ": " + extracted.text.substr(std::size_t(anchor.offset), characters));
  }
  return all;
}

inline std::vector<std::string> names(const text::Extracted& extracted) {
  std::vector<std::string> all;
  for (const auto& anchor : extracted.anchors) all.push_back(anchor.name);
  return all;
}

// What became of the members of an archive: their text, or "! " and the reason; under "" the refusal of the whole.
inline std::map<std::string, std::string> members(const std::string& name, const std::string& bytes,
                                                  text::Bounds bounds = {}) {
  std::map<std::string, std::string> all;
  text::Allowance allowance(std::int64_t(bytes.size()), {}, bounds);
  const auto document = [&](const std::string& path, const std::string& content) {
    try {
      all[path] = text::extract(path, content, allowance).text;
    } catch (const core::Error& error) {
      if (allowance.is_bomb()) throw;
      all[path] = "! " + std::string(error.what());
    }
  };
  const auto skipped = [&](const std::string& path, const std::string& reason) { all[path] = "! " + reason; };
  try {
    text::read_archive(name, bytes, allowance, {document, skipped});
  } catch (const core::Error& error) {
    all[""] = error.what();
  }
  return all;
}

}  // namespace corpuscope::test
