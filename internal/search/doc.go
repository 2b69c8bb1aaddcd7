// Package search finds the documents (and whatever else a room registers) that a person may see, by words with or without diacritics, quoted
// phrases, the beginning of the last word, and by each input field of NĐ 30/2020, Phụ lục VI (V38).
//
// It keeps: search_index_entries (one row a thing: reference, agency, dates), its word index (FTS5 search_index on SQLite, a tsvector with GIN on
// PostgreSQL), search_saved (searches that people keep, V40) and search_columns (the columns a person chose, V39).
//
// It follows the journal: an entry is made anew after every event of its reference, by the Source that the wiring registered for that kind; a
// source that says "not there" takes the entry away. Rooms that are searched never import it.
//
// Rights are inside the index (law 6, V19): each term begins with a mark of its agency, and an entry carries tokens of those who may see it; a query
// asks for one of the tokens the actor holds. Sources and tokens come from the room that knows the rule, which bounds the found rows again in its own SQL.
//
// A query never ranks: newest first or in the chosen order, which is shown (V41). Counts stop at 1000.
//
// Limits: a question 12 words and 200 letters; an entry 16 000 words with their places and 40 000 further ones; a word 40 letters; 50 saved searches a person.
//
// It says nothing to the journal: looking for something is nobody's official act.
package search
