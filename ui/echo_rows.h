#pragma once
// The lists of the echo view, as the rows that it shows; made on a worker thread from plain values.

#include <QString>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "core/job.h"
#include "explore/passages.h"
#include "explore/stretch.h"

namespace corpuscope::ui {

enum class EchoList { like, echoes, repeats, twists, surprising };

struct EchoWish {
  EchoList list = EchoList::repeats;
  std::filesystem::path file;
  qint64 run = 0;                  // 0: not read by a model
  explore::Stretch selection;      // count 0: none
  int least = 32;                  // tokens of repeats; tokens that twists have in common
  bool between_documents = false;  // repeats
  bool all_weights = false;        // echoes: read again
  double bits = 6;                 // twists
};

struct EchoRow {
  QString strength;                       // as text
  QString kind;                           // which of the signs it has, in words; empty: all of a list are alike
  double share = 0;                       // of the strongest of the list, for its arc
  explore::Stretch later, earlier;        // earlier.count 0: there is but one place
  QString later_place, earlier_place;
  QString text, tip;
  bool sure = true;                       // false: its arc is dashed, it has but one of the signs
  std::optional<workspace::Link> link;    // that can be checked
};

struct EchoRows {
  EchoWish wish;
  std::vector<EchoRow> rows;
  QString about;   // how many there are in all
  QString legend;  // of their kinds; empty: they are all alike
};

// What is kept from question to question: models and texts.
class EchoSource {
 public:
  EchoSource();
  ~EchoSource();

  // Throws core::Error, core::Cancelled.
  EchoRows find(const EchoWish& wish, const workspace::Workspace& workspace, explore::Passages& passages, core::Job& job);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
