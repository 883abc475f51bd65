#pragma once
// One document with its title and the ways to look at it. An active pane follows the linked cursor from document to
// document; one that is not stays where it is and only shows the cursor where it has it.

#include <QWidget>
#include <memory>

#include "explore/sections.h"
#include "ui/document_text.h"
#include "ui/reader_text.h"

class QAction;
class QActionGroup;
class QHBoxLayout;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace corpuscope::ui {

class ReaderChips;
class Session;
class TintLegend;

class ReaderPane : public QWidget {
  Q_OBJECT

 public:
  // The first pane's parts have the plain object names and the keys, the second's names end with _2.
  ReaderPane(Session& session, int number, QWidget* parent = nullptr);

  qint64 document() const { return document_; }  // -1: none
  ReaderText* text() const { return text_; }
  void set_active(bool active);
  bool is_active() const { return active_; }
  void add_button(QToolButton* button);  // to the header

 public slots:
  // Shows a place that may not have tokens yet.
  void show_place(qint64 document, qint64 offset);
  void show_token(qint64 token);  // in this pane, whether or not it is active
  void open_in_editor();

 signals:
  void document_shown(qint64 id);
  void editor_wanted(const QString& file, qint64 line);
  void beside_wanted(qint64 token);
  void used();  // clicked, or the focus came

 private:
  QString named(const char* name) const;
  QString key(const char* name) const;  // of questions
  QWidget* make_header();
  void make_tints();
  void make_copy();
  QAction* add_choice(const QString& text, const char* name, const QString& keys);
  void connect_all();
  void start_afresh();
  void follow_documents();
  void follow_cursor();
  void load(qint64 document);
  void show_text(std::shared_ptr<const DocumentText> text);
  void load_tokens();
  void load_surprise();
  void load_sources();
  void load_shares();
  void show_title();
  void show_legend();

  Session& session_;
  const int number_;
  bool active_ = true;
  ReaderText* text_;
  QStackedWidget* pages_;
  QHBoxLayout* header_ = nullptr;
  ReaderChips* chips_;
  QLabel *empty_, *title_, *about_;
  TintLegend* legend_;
  QToolButton* editor_;
  QAction *wrap_, *monospaced_;
  QActionGroup* tints_;
  qint64 document_ = -1, wanted_offset_ = -1, wanted_token_ = -1;
  QString hash_;
  std::shared_ptr<const explore::Sections> sections_;
  bool has_text_ = false, has_tokens_ = false, has_bits_ = false;
  qint64 bits_first_ = 0, bits_last_ = 0;  // tokens whose surprise is shown or asked for
  qint64 bits_run_ = 0, bits_done_ = -1;
};

}  // namespace corpuscope::ui
