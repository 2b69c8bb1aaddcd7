package store

import (
	"errors"
	"fmt"
)

// Kind is the family of a refusal; errors.Is(err, store.NotFound) asks for it. Everything else is an internal error.
type Kind int

const (
	NotFound    Kind = iota + 1 // does not exist, or the actor may not know that it does
	Forbidden                   // exists and is visible, but this actor may not do this act
	Invalid                     // what was typed cannot be accepted; Fields say where
	Conflict                    // somebody or something was faster, or the state no longer allows the act
	Unconfirmed                 // allowed, once the person has proved again that it is he (auth.Confirm)
)

func (k Kind) Error() string {
	return [...]string{"", "not found", "forbidden", "invalid", "conflict", "unconfirmed"}[k]
}

// Message is a Vietnamese sentence with named places {name} and what fills them. Doors translate it; rooms never format it.
type Message struct {
	Text string         `json:"text"`
	Args map[string]any `json:"args,omitempty"`
}

// Say makes a message: Say("Số {number} đã dùng.", "number", 12).
func Say(text string, pairs ...any) Message {
	m := Message{Text: text}
	if len(pairs) > 0 {
		m.Args = make(map[string]any, len(pairs)/2)
		for i := 0; i+1 < len(pairs); i += 2 {
			m.Args[fmt.Sprint(pairs[i])] = pairs[i+1]
		}
	}
	return m
}

// Reason lets one message stand in another as an argument.
func (m Message) Reason() (text string, args map[string]any) { return m.Text, m.Args }

// Problem is one thing wrong with one field of a form; Field "" means the whole form.
type Problem struct {
	Field string `json:"field,omitempty"`
	Message
}

// Refusal is an error meant for a person: what happened, what was kept, what to do next.
type Refusal struct {
	Kind     Kind
	Problems []Problem // at least one
	Cause    error     // for the log, never shown
}

func (r *Refusal) Error() string {
	s := r.Kind.Error()
	for _, p := range r.Problems {
		s += ": " + p.Field + " " + p.Text
		if len(p.Args) > 0 {
			s += fmt.Sprint(" ", p.Args)
		}
	}
	if r.Cause != nil {
		s += ": " + r.Cause.Error()
	}
	return s
}

func (r *Refusal) Is(target error) bool { return target == r.Kind }
func (r *Refusal) Unwrap() error        { return r.Cause }

// Refuse makes a refusal with one sentence.
func Refuse(k Kind, text string, pairs ...any) error {
	return &Refusal{Kind: k, Problems: []Problem{{Message: Say(text, pairs...)}}}
}

// RefuseField makes an Invalid refusal of one field.
func RefuseField(field, text string, pairs ...any) error {
	return &Refusal{Kind: Invalid, Problems: []Problem{{Field: field, Message: Say(text, pairs...)}}}
}

// Because adds the cause, for the log, to a refusal.
func Because(err, cause error) error {
	var r *Refusal
	if errors.As(err, &r) {
		c := *r
		c.Cause = cause
		return &c
	}
	return errors.Join(err, cause)
}

// Problems gathers everything wrong with a form, so that a person repairs it in one go.
type Problems []Problem

// Add notes one problem.
func (p *Problems) Add(field, text string, pairs ...any) {
	*p = append(*p, Problem{Field: field, Message: Say(text, pairs...)})
}

// Err is nil when nothing was noted, else an Invalid refusal with all of it.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &Refusal{Kind: Invalid, Problems: p}
}
