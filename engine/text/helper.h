#pragma once
// Parsing in a process of its own, for libraries that a hostile file may crash, hang or fill the memory with
// (poppler, GMime over GLib). The process is the small program corpuscope-extract, started anew for each file with
// posix_spawn: fork alone would be unsound in a program with threads. File and result are passed in memory, not on a
// disk. The helper gives up all files but those, and is held to a time, an amount of memory and an amount of output;
// it dies with the thread that started it.

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "text/allowance.h"
#include "text/helper_protocol.h"

namespace corpuscope::text {

// What the helper made of the bytes. `parser`: "pdf" or "mail". Throws core::Error with the reason where it made
// nothing of them, crashed or broke a bound; ends it and throws on where the allowance's poll throws.
std::vector<Record> run_helper(const std::string& parser, std::string_view bytes, Allowance& allowance);

// The program: beside this one, in its bin or libexec, or where it was built. Empty where it is in none of them.
std::filesystem::path helper_program();

}  // namespace corpuscope::text
