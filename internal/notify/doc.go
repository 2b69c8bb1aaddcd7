// Package notify tells people what concerns them: it follows the journal and turns the events that name people into messages of
// their bell. Those who write such events never import it.
//
// It keeps: notify_messages, one row a person and event, read or not.
//
// It says nothing to the journal: reading a message is nobody's official act.
package notify
