"""A referral as MedCom's CareCommunication: what it says (`message`), and the FHIR it is written as (`fhir`)."""
