#include "ui/word_counting.h"

#include "ui/names.h"

namespace corpuscope::ui {
namespace {

struct Found {
  std::vector<explore::Match> places;
  std::vector<bool> documents;
};

Found find(const WordWish& wish, const explore::CorpusText& text, core::Job& job) {
  const auto query = explore::parse_query(wish.query.toStdString());
  return {explore::all_places(text, query, job), explore::filtered_documents(text.documents(), query.filters)};
}

std::vector<bool> chosen(const WordWish& wish, const explore::CorpusText& text) {
  std::vector<std::string> paths;
  for (const QString& path : wish.paths) paths.push_back(path.toStdString());
  return explore::documents_with_paths(text.documents(), paths);
}

}  // namespace

WordAnswer count_words(const WordWish& wish, const explore::CorpusText& text, core::Job& job) {
  WordAnswer answer;
  answer.wish = wish;
  switch (wish.list) {
    case WordList::collocates: {
      const Found found = find(wish, text, job);
      answer.places = qint64(found.places.size());
      answer.table = explore::collocate_table(
          explore::collocates(text, found.places, found.documents, {wish.left, wish.right, wish.least}, job));
      break;
    }
    case WordList::ngrams:
      answer.table = explore::ngram_table(explore::ngrams(text, chosen(wish, text), wish.length, wish.least, job));
      break;
    case WordList::keyness:
      answer.table = explore::keyword_table(explore::keyness(text, chosen(wish, text), wish.least, job));
      break;
    case WordList::dispersion: {
      const Found found = find(wish, text, job);
      const auto dispersion = explore::dispersion(text, found.places, found.documents, job);
      answer.places = dispersion.places;
      answer.table = explore::dispersion_table(text, dispersion, wish.shown);
      answer.rows = dispersion_rows(text, dispersion, wish.shown);
      answer.summary = to_text(explore::dispersion_summary(dispersion));
      break;
    }
  }
  return answer;
}

QString query_for(const QString& words) {
  if (!words.contains(u' ') && !words.contains(u'\'')) return u'"' + words + QStringLiteral("\" word:yes");
  QString expression = words;
  expression.replace(u'\'', QStringLiteral("['’]"));  // both are counted as one word
  expression.replace(u' ', QStringLiteral("[\\n\\s\\pP\\pS]+"));
  return u'/' + expression + QStringLiteral("/ word:yes");
}

}  // namespace corpuscope::ui
