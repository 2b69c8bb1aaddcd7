package client

import "time"

// Copying makes a paper copy.
type Copying struct {
	Source    string   `json:"source" maxLength:"40" doc:"Văn bản được sao: outgoing/SỐ hoặc incoming/SỐ"`
	Kind      string   `json:"kind" enum:"SAO_Y,SAO_LUC,TRICH_SAO" doc:"Hình thức sao"`
	Pages     []int    `json:"pages,omitempty" doc:"Trang trích sao, tăng dần"`
	Signer    ID       `json:"signer" doc:"Vị trí của người ký bản sao"`
	Capacity  string   `json:"capacity,omitempty" maxLength:"10" doc:"Quyền hạn ký: TM, Q, KT, TL, TUQ; vắng mặt: trực tiếp"`
	Receivers []string `json:"receivers" doc:"Nơi nhận bản sao"`
	Quantity  int      `json:"quantity" minimum:"1" maximum:"999" doc:"Số lượng bản"`
	Foot      bool     `json:"foot,omitempty" doc:"Trang cuối đủ chỗ cho phần sao"`
}

// Digitising makes an electronic true copy of received paper.
type Digitising struct {
	File   ID     `json:"file" doc:"Tệp quét của văn bản"`
	Accept string `json:"accept,omitempty" maxLength:"4000" doc:"Lý do vẫn nhận tệp chưa đạt tiêu chuẩn"`
}

// Copy is a certified copy.
type Copy struct {
	ID          ID        `json:"id"`
	Kind        string    `json:"kind" doc:"Hình thức sao"`
	KindLabel   string    `json:"kind_label" doc:"Tên hình thức sao"`
	Medium      string    `json:"medium" enum:"paper,electronic" doc:"Bản giấy hay bản điện tử"`
	Source      string    `json:"source" doc:"Văn bản được sao"`
	SourceTitle string    `json:"source_title" doc:"Số, ký hiệu văn bản được sao"`
	Number      string    `json:"number,omitempty" doc:"Số bản sao"`
	CopiedOn    string    `json:"copied_on" doc:"Ngày sao"`
	Signer      string    `json:"signer,omitempty" doc:"Người ký"`
	Quantity    int       `json:"quantity" doc:"Số lượng bản"`
	Accepted    string    `json:"accepted,omitempty" doc:"Lý do nhận tệp chưa đạt tiêu chuẩn"`
	At          time.Time `json:"at" doc:"Lúc làm"`
	By          string    `json:"by" doc:"Người làm"`
}
