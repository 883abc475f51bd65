#pragma once
// What is fed to the extractors by the random test here, and by libFuzzer (see libfuzzer/).

#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::fuzz {

struct Target {
  std::string name;                         // of the fuzzer: "docx", "docx_document"
  std::string file;                         // name of the file that is read
  std::string (*bytes)(std::string input);  // of the file: the input itself or, of a ZIP, what has it as a member
  std::vector<std::string> seeds;           // sound inputs
  bool in_helper = false;                   // each takes a process
};

const std::vector<Target>& targets();

// Reads the file as opening a folder does, in narrow bounds. What went wrong other than a refusal; "" where nothing
// did: text that is not UTF-8, anchors that are out of order or out of the text, more text than the bounds allow.
std::string fault_in_reading(const std::string& file, const std::string& bytes);

}  // namespace corpuscope::fuzz
