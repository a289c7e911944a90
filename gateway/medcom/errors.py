"""Why no MedCom message can be made of a referral.

    MedComError                  never raised itself
    ├── CprNeeded                it has no CPR number, and we invent no substitute for one
    ├── CprUnusable              what stands where the CPR number should is none
    ├── AcuteByPhone             it is assessed as acute, and a CareCommunication must not be used for that
    ├── ContentErased            its content was erased when its time had come (O18)
    └── MessageUnfit             the FHIR library refuses what was made: a mistake of ours

None of them holds anything about the citizen.
"""

from typing import ClassVar


class MedComError(Exception):
    """No message can be made; `code` names why."""

    code: ClassVar[str]


class CprNeeded(MedComError):
    """MedCom asks for a CPR number or a substitute one; the citizen has given neither (G1)."""

    code = "MEDCOM_CPR_NEEDED"


class CprUnusable(MedComError):
    """What stands where the CPR number should is neither one nor a substitute for one."""

    code = "MEDCOM_CPR_UNUSABLE"


class AcuteByPhone(MedComError):
    """It is assessed as acute: a CareCommunication "must not be used for cases with an acute nature"."""

    code = "MEDCOM_ACUTE"


class ContentErased(MedComError):
    """Its content was erased, or was taken back before it left: nothing is there to be said."""

    code = "MEDCOM_CONTENT_ERASED"


class MessageUnfit(MedComError):
    """The FHIR library refuses the message; `fields` names where, never a value."""

    code = "MEDCOM_UNFIT"

    def __init__(self, fields: tuple[str, ...]) -> None:
        super().__init__(f"{self.code}: {', '.join(fields)}")
        self.fields = fields
