#pragma once
// The attention canvas out of the window: as a picture with axes and legend, or the weights in sight as a table.

#include <QByteArray>
#include <QImage>
#include <filesystem>

namespace corpuscope::ui {

class AttentionCanvas;
class AttentionPane;

QImage attention_picture(const AttentionCanvas& canvas);
QByteArray attention_svg(const AttentionCanvas& canvas, const QString& title);

// Single weights where they are shown: query, key, their texts, head, level, weight. Else the cells of the pooled maps:
// first and number of queries and keys, level, and the mean weight of a pair. Only what is in sight and on a level that
// is shown.
QByteArray weights_csv(const AttentionPane& pane);
QByteArray weights_json(const AttentionPane& pane);

// By the file's ending: png, svg, csv, json. Throws core::Error where there is another, or it cannot be written.
void export_attention(const AttentionPane& pane, const std::filesystem::path& file);

}  // namespace corpuscope::ui
