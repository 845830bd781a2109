package mapi

// The properties that are read, by their names in [MS-OXPROPS].
const (
	tagImportance         = 0x0017
	tagMessageClass       = 0x001A
	tagSensitivity        = 0x0036
	tagSubject            = 0x0037
	tagClientSubmitTime   = 0x0039
	tagSentRepName        = 0x0042
	tagReplyNames         = 0x0050
	tagSentRepType        = 0x0064
	tagSentRepAddress     = 0x0065
	tagConversationTopic  = 0x0070
	tagTransportHeaders   = 0x007D
	tagRecipientType      = 0x0C15
	tagSenderName         = 0x0C1A
	tagSenderType         = 0x0C1E
	tagSenderAddress      = 0x0C1F
	tagDisplayBcc         = 0x0E02
	tagDisplayCc          = 0x0E03
	tagDisplayTo          = 0x0E04
	tagDeliveryTime       = 0x0E06
	tagBody               = 0x1000
	tagRTF                = 0x1009
	tagHTML               = 0x1013
	tagMessageID          = 0x1035
	tagReferences         = 0x1039
	tagInReplyTo          = 0x1042
	tagDisplayName        = 0x3001
	tagAddressType        = 0x3002
	tagAddress            = 0x3003
	tagCreated            = 0x3007
	tagModified           = 0x3008
	tagAttachData         = 0x3701
	tagAttachExtension    = 0x3703
	tagAttachName         = 0x3704
	tagAttachMethod       = 0x3705
	tagAttachLongName     = 0x3707
	tagAttachPath         = 0x3708
	tagAttachLongPath     = 0x370D
	tagAttachType         = 0x370E
	tagAttachID           = 0x3712
	tagAttachFlags        = 0x3714
	tagSMTP               = 0x39FE
	tagInternetCodePage   = 0x3FDE
	tagMessageCodePage    = 0x3FFD
	tagSenderSMTP         = 0x5D01
	tagSentRepSMTP        = 0x5D02
	tagAttachHidden       = 0x7FFE
	methodByValue         = 1
	methodEmbeddedMessage = 5
	methodObject          = 6
)

// A shown is a property that a page names, as Outlook shows it.
type shown struct {
	label string
	tag   uint16
	set   [16]byte // of the name where tag is 0
	id    uint32
}

// fields are what kinds of items show beside their text.
func fields(class string) []shown {
	switch {
	case hasClass(class, "ipm.contact"), hasClass(class, "ipm.abchperson"):
		return contactFields
	case hasClass(class, "ipm.appointment"), hasClass(class, "ipm.schedule"):
		return appointmentFields
	case hasClass(class, "ipm.task"), hasClass(class, "ipm.taskrequest"):
		return taskFields
	case hasClass(class, "ipm.activity"):
		return logFields
	}
	return nil
}

var contactFields = []shown{
	{label: "Name", tag: tagDisplayName},
	{label: "Given name", tag: 0x3A06}, {label: "Surname", tag: 0x3A11}, {label: "Nickname", tag: 0x3A4F},
	{label: "Company", tag: 0x3A16}, {label: "Department", tag: 0x3A18}, {label: "Title", tag: 0x3A17},
	{label: "Profession", tag: 0x3A46}, {label: "Manager", tag: 0x3A4E}, {label: "Assistant", tag: 0x3A30},
	{label: "Business phone", tag: 0x3A08}, {label: "Business phone 2", tag: 0x3A1B}, {label: "Home phone", tag: 0x3A09},
	{label: "Home phone 2", tag: 0x3A2F}, {label: "Mobile phone", tag: 0x3A1C}, {label: "Other phone", tag: 0x3A1F},
	{label: "Business fax", tag: 0x3A24}, {label: "Home fax", tag: 0x3A25}, {label: "Company phone", tag: 0x3A57},
	{label: "E-mail", set: setAddress, id: 0x8083}, {label: "E-mail 2", set: setAddress, id: 0x8093}, {label: "E-mail 3", set: setAddress, id: 0x80A3},
	{label: "Instant messaging", set: setAddress, id: 0x8062}, {label: "Web page", set: setAddress, id: 0x802B},
	{label: "Business address", set: setAddress, id: 0x801B}, {label: "Home address", set: setAddress, id: 0x801A},
	{label: "Other address", set: setAddress, id: 0x801C}, {label: "Postal address", tag: 0x3A15},
	{label: "Birthday", tag: 0x3A42}, {label: "Spouse", tag: 0x3A48}, {label: "Children", tag: 0x3A58}, {label: "Hobbies", tag: 0x3A43},
	{label: "Business home page", tag: 0x3A51}, {label: "Customer number", tag: 0x3A4A}, {label: "Government number", tag: 0x3A07},
}

var appointmentFields = []shown{
	{label: "Start", set: setAppointment, id: 0x820D}, {label: "End", set: setAppointment, id: 0x820E},
	{label: "Whole day", set: setAppointment, id: 0x8215}, {label: "Location", set: setAppointment, id: 0x8208},
	{label: "Recurrence", set: setAppointment, id: 0x8232}, {label: "All attendees", set: setAppointment, id: 0x8238},
	{label: "Required attendees", set: setAppointment, id: 0x823B}, {label: "Optional attendees", set: setAppointment, id: 0x823C},
}

var taskFields = []shown{
	{label: "Start", set: setTask, id: 0x8104}, {label: "Due", set: setTask, id: 0x8105}, {label: "Completed", set: setTask, id: 0x810F},
	{label: "Status", set: setTask, id: 0x8101}, {label: "Part done", set: setTask, id: 0x8102},
	{label: "Owner", set: setTask, id: 0x811F}, {label: "Assigned by", set: setTask, id: 0x8121},
}

var logFields = []shown{
	{label: "Type", set: setLog, id: 0x8700}, {label: "Start", set: setLog, id: 0x8706}, {label: "End", set: setLog, id: 0x8708},
}
