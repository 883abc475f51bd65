#pragma once
// What the helper process writes: records, each a kind, eight bytes of length (lowest first) and so many bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace corpuscope::text {

enum class RecordKind : char {
  paragraph = 'P',  // text of its own paragraphs, lines as they are
  html = 'H',       // a page of HTML
  anchor = 'A',     // the name of what follows
  note = 'N',
  error = 'E',  // the reason why there is no text; the last record but `done`
  done = 'D',   // the helper came to its end: without it the rest was lost
};

struct Record {
  RecordKind kind;
  std::string bytes;
};

std::string packed(const Record& record);

// Stops without an error at a record that is cut off or of no known kind.
std::vector<Record> unpacked(std::string_view bytes);

}  // namespace corpuscope::text
