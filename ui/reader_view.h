#pragma once
// One document with its title and the ways to look at it; follows the linked cursor from document to document.

#include <QWidget>
#include <memory>

#include "ui/document_text.h"

class QAction;
class QLabel;
class QStackedWidget;
class QToolButton;

namespace corpuscope::ui {

class ReaderText;
class Session;
class SurpriseLegend;

class ReaderView : public QWidget {
  Q_OBJECT

 public:
  explicit ReaderView(Session& session, QWidget* parent = nullptr);

  qint64 document() const { return document_; }  // -1: none

 public slots:
  // Shows a place that may not have tokens yet.
  void show_place(qint64 document, qint64 offset);
  void open_in_editor();

 signals:
  void document_shown(qint64 id);
  void editor_wanted(const QString& file, qint64 line);

 private:
  QWidget* make_header();
  QAction* add_choice(const QString& text, const QString& name, const QString& keys, void (ReaderText::*set)(bool));
  void start_afresh();
  void follow_documents();
  void follow_cursor();
  void load(qint64 document);
  void show_text(std::shared_ptr<const DocumentText> text);
  void load_tokens();
  void load_surprise();
  void load_sources();
  void show_title();

  Session& session_;
  ReaderText* text_;
  QStackedWidget* pages_;
  QLabel *empty_, *title_, *about_;
  SurpriseLegend* legend_;
  QToolButton* editor_;
  QAction *wrap_, *monospaced_, *tinted_;
  qint64 document_ = -1, wanted_offset_ = -1;
  QString hash_;
  bool has_text_ = false, has_tokens_ = false;
  qint64 bits_first_ = 0, bits_last_ = 0;  // tokens whose surprise is shown or asked for
  qint64 bits_run_ = 0, bits_done_ = -1;
};

}  // namespace corpuscope::ui
