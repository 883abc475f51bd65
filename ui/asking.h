#pragma once
// Threads that answer questions about one workspace file, each with its own connection. The newest question of a key
// wins: an older one that still waits is replaced, the answer of one under way is dropped.

#include <QObject>
#include <QString>
#include <filesystem>
#include <memory>

#include "ui/session.h"

namespace corpuscope::ui {

class Asking : public QObject {
  Q_OBJECT

 public:
  explicit Asking(int threads, QObject* parent = nullptr);
  ~Asking() override;  // waits for the questions under way, drops the others

  void set_file(const std::filesystem::path& file);  // drops what was asked about another
  void set_documents_changed();                      // what is kept of documents is stale
  void ask(const QString& key, Session::Query query);
  bool is_idle() const;  // nothing waits, nothing is under way, everything is delivered

 signals:
  void failed(const QString& key, const QString& what, const QString& remedy);
  void delivered();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::ui
