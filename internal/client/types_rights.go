package client

import "time"

// Granting gives a right to one document.
type Granting struct {
	Ref     string `json:"ref" doc:"incoming/SỐ hoặc outgoing/SỐ"`
	WhoKind string `json:"who_kind" enum:"post,person,unit"`
	Who     ID     `json:"who"`
	Level   string `json:"level,omitempty" enum:"read,work" doc:"read: xem, tải, in; work: cả cho ý kiến"`
	From    string `json:"from,omitempty" format:"date" doc:"Trống: từ bây giờ"`
	To      string `json:"to,omitempty" format:"date" doc:"Ngày cuối; trống: không thời hạn"`
	Reason  string `json:"reason"`
}

// Grant is a right to one document, given by name.
type Grant struct {
	ID      ID         `json:"id"`
	Ref     string     `json:"ref"`
	WhoKind string     `json:"who_kind"`
	Who     string     `json:"who"`
	Level   string     `json:"level"`
	Cause   string     `json:"cause" enum:"given,request,emergency"`
	Since   time.Time  `json:"since"`
	Until   *time.Time `json:"until,omitempty" doc:"Trống: không thời hạn"`
	Reason  string     `json:"reason"`
	ByName  string     `json:"by_name"`
	EndedAt *time.Time `json:"ended_at,omitempty"`
	EndedBy string     `json:"ended_by,omitempty"`
}

// RightChange is a changed right that warns until it is confirmed.
type RightChange struct {
	ID          ID         `json:"id"`
	Ref         string     `json:"ref"`
	Title       string     `json:"title"`
	What        string     `json:"what"`
	ByName      string     `json:"by_name"`
	At          time.Time  `json:"at"`
	ConfirmedAt *time.Time `json:"confirmed_at,omitempty"`
	ConfirmedBy string     `json:"confirmed_by,omitempty"`
}

// Reading is one row of the access log of a document.
type Reading struct {
	At   time.Time `json:"at"`
	What string    `json:"what" enum:"view,download,print,metadata"`
	File ID        `json:"file,omitempty"`
	Who  string    `json:"who"`
	Post string    `json:"post"`
	Via  string    `json:"via"`
}

// DocumentRights is who may see a document by name, what changed, and who read it.
type DocumentRights struct {
	Limited  bool          `json:"limited"`
	Why      string        `json:"why,omitempty"`
	Frozen   []string      `json:"frozen" doc:"Số các lệnh đóng băng đang có hiệu lực"`
	Grants   []Grant       `json:"grants"`
	Changes  []RightChange `json:"changes"`
	Readings []Reading     `json:"readings"`
}

// Reasoned is an act that asks a reason only.
type Reasoned struct {
	Reason string `json:"reason"`
}

// Limiting limits a document to its route, or lifts the limit.
type Limiting struct {
	Reason string `json:"reason"`
	Lift   bool   `json:"lift,omitempty"`
}

// AskingAccess asks to see a document that one can only name.
type AskingAccess struct {
	Words  string `json:"words" doc:"Số, ký hiệu hoặc liên kết"`
	Reason string `json:"reason"`
	Days   int    `json:"days,omitempty" minimum:"0" maximum:"365"`
}

// AccessRequest is such a wish.
type AccessRequest struct {
	ID     ID        `json:"id"`
	Name   string    `json:"name"`
	Post   string    `json:"post"`
	Words  string    `json:"words"`
	Reason string    `json:"reason"`
	Days   int64     `json:"days"`
	State  string    `json:"state" enum:"open,granted,refused,withdrawn"`
	At     time.Time `json:"at"`
	Answer string    `json:"answer,omitempty"`
	Ref    string    `json:"ref,omitempty"`
}

// AccessDecision answers a request: Ref empty refuses it.
type AccessDecision struct {
	Ref    string `json:"ref,omitempty"`
	To     string `json:"to,omitempty" format:"date"`
	Answer string `json:"answer,omitempty"`
}

// Emergency opens one document for an hour.
type Emergency struct {
	Words  string `json:"words"`
	Reason string `json:"reason" doc:"Từ 20 ký tự"`
}

// Freezing is an order that locks documents.
type Freezing struct {
	Number    string   `json:"number"`
	On        string   `json:"on" format:"date"`
	Reason    string   `json:"reason"`
	Documents []string `json:"documents" doc:"Số, ký hiệu, liên kết hoặc incoming/SỐ, outgoing/SỐ"`
}

// FreezeOrder is such an order as kept.
type FreezeOrder struct {
	ID         ID         `json:"id"`
	Number     string     `json:"number"`
	On         string     `json:"on"`
	Reason     string     `json:"reason"`
	ByName     string     `json:"by_name"`
	Count      int64      `json:"count"`
	LiftedAt   *time.Time `json:"lifted_at,omitempty"`
	LiftReason string     `json:"lift_reason,omitempty"`
}

// RoleRight is one capability and the roles that have it.
type RoleRight struct {
	Code  string   `json:"code"`
	Name  string   `json:"name"`
	Roles []string `json:"roles"`
}

// EffectiveRight is one right of a person with its reason.
type EffectiveRight struct {
	What   string `json:"what"`
	Ref    string `json:"ref,omitempty"`
	Reason string `json:"reason"`
	Until  string `json:"until,omitempty"`
}

// AccessDay is what was read on one day.
type AccessDay struct {
	Day       string `json:"day"`
	Views     int64  `json:"views"`
	Downloads int64  `json:"downloads"`
	Prints    int64  `json:"prints"`
	Metadata  int64  `json:"metadata"`
	People    int64  `json:"people"`
}

// MetadataField is one describing value of a document.
type MetadataField struct {
	Group string `json:"group"`
	Code  string `json:"code,omitempty"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// RightsConfirmer is who confirms changed rights: the head alone, or the registry too.
type RightsConfirmer struct {
	By string `json:"by" enum:"head,clerk"`
}
