package client

import "time"

// Watch is how the exchange stands now, of the caller's agency or of the whole installation.
type Watch struct {
	Whole           bool         `json:"whole" doc:"Của toàn bản cài đặt"`
	States          []StateCount `json:"states"`
	QueuedSince     *time.Time   `json:"queued_since,omitempty" doc:"Văn bản chờ gửi lâu nhất"`
	UnansweredSince *time.Time   `json:"unanswered_since,omitempty" doc:"Văn bản chờ biên nhận lâu nhất"`
	Resent          int64        `json:"resent" doc:"Nơi nhận đã gửi hơn một lần, chưa có biên nhận"`
	Flagged         int64        `json:"flagged" doc:"Phản hồi cần đối chiếu"`
	Answered        int          `json:"answered" doc:"Biên nhận hôm nay"`
	HalfSeconds     float64      `json:"half_seconds" doc:"Một nửa biên nhận hôm nay đến trong thời gian này"`
	MostSeconds     float64      `json:"most_seconds" doc:"95% biên nhận hôm nay đến trong thời gian này"`
	Waiting         int64        `json:"waiting" doc:"Gói tin chờ đến lượt mở"`
	WaitingSince    *time.Time   `json:"waiting_since,omitempty"`
	Quarantined     int64        `json:"quarantined"`
	FailingStatuses int64        `json:"failing_statuses"`
	Differences     int64        `json:"differences" doc:"Chênh lệch khi đối soát, chưa khắc phục"`
	Throttled       []Peer       `json:"throttled"`
	Skewed          []Peer       `json:"skewed" doc:"Bên có đồng hồ lệch"`
	OurClockSuspect bool         `json:"our_clock_suspect" doc:"Nhiều bên lệch cùng phía: đồng hồ máy chủ này có thể sai"`
	Failing         []Failing    `json:"failing" doc:"Trạng thái chưa gửi được"`
}

// StateCount is how many receivers are in a state.
type StateCount struct {
	State string    `json:"state"`
	Label string    `json:"label"`
	Count int64     `json:"count"`
	Since time.Time `json:"since" doc:"Lâu nhất"`
}

// Failing is a status that could not leave yet.
type Failing struct {
	Code     string    `json:"code"`
	PeerCode string    `json:"peer_code"`
	Document string    `json:"document_id"`
	Tries    int       `json:"tries"`
	NextAt   time.Time `json:"next_at"`
	Error    string    `json:"error"`
}

// Peer is one that the installation exchanges with.
type Peer struct {
	Code         string     `json:"code"`
	Name         string     `json:"name,omitempty"`
	Seen         *time.Time `json:"seen,omitempty" doc:"Nhận tin lần cuối"`
	WaitingSince *time.Time `json:"waiting_since,omitempty" doc:"Gói tin phải chờ đến lượt từ"`
	SkewSeconds  float64    `json:"skew_seconds,omitempty" doc:"Đồng hồ nhanh (dương) hoặc chậm (âm) ít nhất"`
	Parcels      int64      `json:"parcels_per_minute,omitempty" doc:"Mức riêng; vắng mặt: mức chung"`
	Bytes        int64      `json:"bytes_per_minute,omitempty"`
}

// Quota is how much is taken in from a sender.
type Quota struct {
	Code    string `json:"code,omitempty" maxLength:"100" doc:"Mã bên gửi; vắng mặt: mức chung"`
	Parcels int64  `json:"parcels_per_minute,omitempty" minimum:"0" doc:"0: mức mặc định"`
	Bytes   int64  `json:"bytes_per_minute,omitempty" minimum:"0" doc:"0: mức mặc định"`
}

// Sought bounds the list of lines that are not where they should be.
type Sought struct {
	Peer       string `json:"peer,omitempty" maxLength:"100" doc:"Mã nơi nhận"`
	State      string `json:"state,omitempty" maxLength:"40" doc:"Trạng thái"`
	Channel    string `json:"channel,omitempty" maxLength:"40" doc:"Kênh gửi"`
	OlderHours int    `json:"older_hours,omitempty" minimum:"0" maximum:"10000" doc:"Ở trạng thái đó ít nhất bấy nhiêu giờ"`
}

// Resent is how many lines were queued to be sent again.
type Resent struct {
	Count int `json:"count"`
}

// Comparing asks to compare what was sent with what receivers hold.
type Comparing struct {
	Peer string `json:"peer,omitempty" maxLength:"100" doc:"Mã nơi nhận; vắng mặt: mọi nơi nhận"`
	Days int    `json:"days,omitempty" minimum:"0" maximum:"366" doc:"Số ngày; 0: 35"`
}

// Reconciliation is what the last comparison with a peer gave.
type Reconciliation struct {
	PeerCode string     `json:"peer_code"`
	PeerName string     `json:"peer_name"`
	State    string     `json:"state" enum:"asked,agreed,differs,silent,unable"`
	Began    time.Time  `json:"began"`
	Ended    *time.Time `json:"ended,omitempty"`
	Since    time.Time  `json:"since"`
	Until    time.Time  `json:"until"`
	Sent     int64      `json:"sent"`
	Held     int64      `json:"held"`
	Receipts int64      `json:"receipts"`
	Open     int64      `json:"open" doc:"Chênh lệch chưa khắc phục"`
	Hash     string     `json:"hash"`
}

// Difference is a parcel about which sender and receiver do not agree.
type Difference struct {
	ID       ID        `json:"id"`
	PeerCode string    `json:"peer_code"`
	Outgoing ID        `json:"outgoing,omitempty"`
	Parcel   string    `json:"parcel"`
	Title    string    `json:"title,omitempty"`
	Kind     string    `json:"kind" enum:"missing,receipt,bytes,quarantined,refused,unknown"`
	State    string    `json:"state" enum:"healing,person,healed"`
	At       time.Time `json:"at"`
}
