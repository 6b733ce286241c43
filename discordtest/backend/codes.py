# ruff: noqa: E501 (a table: one code a line)
"""Every JSON error code with its HTTP status and text, and the error that carries it.

A refusal is ``RestError(Code.X)``; nothing writes a status or a text by hand.
Source: Discord's documentation, Opcodes and Status Codes, "JSON Error Codes". The documentation gives no
statuses: those follow what the API answers (10xxx is 404, missing access and permissions 403, bodies 400).
"""

from __future__ import annotations

from enum import IntEnum
from http import HTTPStatus
from typing import Any

__all__ = ["PHRASES", "Code", "RestError"]

#: HTTP status -> its phrase; those of proxies (520 to 530) have none
PHRASES = {status.value: status.phrase for status in HTTPStatus}


class Code(IntEnum):
    """A JSON error code; ``status`` and ``text`` are what the API sends with it."""

    status: int
    text: str

    def __new__(cls, value: int, status: int, text: str) -> Code:
        code = int.__new__(cls, value)
        code._value_ = value
        code.status = status
        code.text = text
        return code

    # fmt: off
    GENERAL_ERROR = 0, 403, "General error"
    UNKNOWN_ACCOUNT = 10001, 404, "Unknown Account"
    UNKNOWN_APPLICATION = 10002, 404, "Unknown Application"
    UNKNOWN_CHANNEL = 10003, 404, "Unknown Channel"
    UNKNOWN_GUILD = 10004, 404, "Unknown Guild"
    UNKNOWN_INTEGRATION = 10005, 404, "Unknown Integration"
    UNKNOWN_INVITE = 10006, 404, "Unknown Invite"
    UNKNOWN_MEMBER = 10007, 404, "Unknown Member"
    UNKNOWN_MESSAGE = 10008, 404, "Unknown Message"
    UNKNOWN_PERMISSION_OVERWRITE = 10009, 404, "Unknown Permission Overwrite"
    UNKNOWN_PROVIDER = 10010, 404, "Unknown Provider"
    UNKNOWN_ROLE = 10011, 404, "Unknown Role"
    UNKNOWN_TOKEN = 10012, 404, "Unknown Token"
    UNKNOWN_USER = 10013, 404, "Unknown User"
    UNKNOWN_EMOJI = 10014, 404, "Unknown Emoji"
    UNKNOWN_WEBHOOK = 10015, 404, "Unknown Webhook"
    UNKNOWN_WEBHOOK_SERVICE = 10016, 404, "Unknown Webhook Service"
    UNKNOWN_SESSION = 10020, 404, "Unknown Session"
    UNKNOWN_ASSET = 10021, 404, "Unknown Asset"
    UNKNOWN_BAN = 10026, 404, "Unknown Ban"
    UNKNOWN_SKU = 10027, 404, "Unknown Sku"
    UNKNOWN_STORE_LISTING = 10028, 404, "Unknown Store Listing"
    UNKNOWN_ENTITLEMENT = 10029, 404, "Unknown Entitlement"
    UNKNOWN_BUILD = 10030, 404, "Unknown Build"
    UNKNOWN_LOBBY = 10031, 404, "Unknown Lobby"
    UNKNOWN_BRANCH = 10032, 404, "Unknown Branch"
    UNKNOWN_STORE_DIRECTORY_LAYOUT = 10033, 404, "Unknown Store Directory Layout"
    UNKNOWN_REDISTRIBUTABLE = 10036, 404, "Unknown Redistributable"
    UNKNOWN_GIFT_CODE = 10038, 404, "Unknown Gift Code"
    UNKNOWN_STREAM = 10049, 404, "Unknown Stream"
    UNKNOWN_PREMIUM_SERVER_SUBSCRIBE_COOLDOWN = 10050, 404, "Unknown Premium Server Subscribe Cooldown"
    UNKNOWN_GUILD_TEMPLATE = 10057, 404, "Unknown Guild Template"
    UNKNOWN_DISCOVERABLE_SERVER_CATEGORY = 10059, 404, "Unknown Discoverable Server Category"
    UNKNOWN_STICKER = 10060, 404, "Unknown Sticker"
    UNKNOWN_STICKER_PACK = 10061, 404, "Unknown Sticker Pack"
    UNKNOWN_INTERACTION = 10062, 404, "Unknown interaction"
    UNKNOWN_APPLICATION_COMMAND = 10063, 404, "Unknown Application Command"
    UNKNOWN_VOICE_STATE = 10065, 404, "Unknown Voice State"
    UNKNOWN_APPLICATION_COMMAND_PERMISSIONS = 10066, 404, "Unknown Application Command Permissions"
    UNKNOWN_STAGE_INSTANCE = 10067, 404, "Unknown Stage Instance"
    UNKNOWN_GUILD_MEMBER_VERIFICATION_FORM = 10068, 404, "Unknown Guild Member Verification Form"
    UNKNOWN_GUILD_WELCOME_SCREEN = 10069, 404, "Unknown Guild Welcome Screen"
    UNKNOWN_GUILD_SCHEDULED_EVENT = 10070, 404, "Unknown Guild Scheduled Event"
    UNKNOWN_GUILD_SCHEDULED_EVENT_USER = 10071, 404, "Unknown Guild Scheduled Event User"
    UNKNOWN_TAG = 10087, 404, "Unknown Tag"
    UNKNOWN_SOUND = 10097, 404, "Unknown Sound"
    UNKNOWN_INVITE_TARGET_USERS_JOB = 10124, 404, "Unknown Invite Target Users Job"
    UNKNOWN_INVITE_TARGET_USERS = 10129, 404, "Unknown Invite Target Users"
    BOTS_CANNOT_USE_ENDPOINT = 20001, 403, "Bots cannot use this endpoint"
    ONLY_BOTS_CAN_USE_ENDPOINT = 20002, 403, "Only bots can use this endpoint"
    EXPLICIT_CONTENT = 20009, 403, "Explicit content cannot be sent to the desired recipient(s)"
    NOT_AUTHORIZED_FOR_APPLICATION = 20012, 403, "You are not authorized to perform this action on this application"
    PREMIUM_REQUIRED = 20015, 400, "This action requires a premium subscription"
    SLOWMODE = 20016, 429, "This action cannot be performed due to slowmode rate limit."
    ONLY_OWNER = 20018, 403, "Only the owner of this account can perform this action"
    ANNOUNCEMENT_EDIT_RATE_LIMIT = 20022, 429, "This message cannot be edited due to announcement rate limits"
    UNDER_MINIMUM_AGE = 20024, 400, "Under minimum age"
    CHANNEL_WRITE_RATE_LIMIT = 20028, 429, "The write action you are performing on the channel has hit the write rate limit"
    GUILD_WRITE_RATE_LIMIT = 20029, 429, "The write action you are performing on the server has hit the write rate limit"
    WORDS_NOT_ALLOWED = 20031, 400, "Your Stage topic, server name, server description, or channel names contain words that are not allowed"
    GUILD_PREMIUM_TIER_TOO_LOW = 20035, 400, "Guild premium subscription level too low"
    MAX_GUILDS = 30001, 400, "Maximum number of guilds reached (100)"
    MAX_FRIENDS = 30002, 400, "Maximum number of friends reached (1000)"
    MAX_PINS = 30003, 400, "Maximum number of pins reached for the channel (250)"
    MAX_RECIPIENTS = 30004, 400, "Maximum number of recipients reached (10)"
    MAX_GUILD_ROLES = 30005, 400, "Maximum number of guild roles reached (250)"
    MAX_WEBHOOKS = 30007, 400, "Maximum number of webhooks reached (15)"
    MAX_EMOJIS = 30008, 400, "Maximum number of emojis reached"
    MAX_REACTIONS = 30010, 400, "Maximum number of reactions reached (20)"
    MAX_GROUP_DMS = 30011, 400, "Maximum number of group DMs reached (10)"
    MAX_GUILD_CHANNELS = 30013, 400, "Maximum number of guild channels reached (500)"
    MAX_ATTACHMENTS = 30015, 400, "Maximum number of attachments in a message reached (10)"
    MAX_INVITES = 30016, 400, "Maximum number of invites reached (1000)"
    MAX_ANIMATED_EMOJIS = 30018, 400, "Maximum number of animated emojis reached"
    MAX_GUILD_MEMBERS = 30019, 400, "Maximum number of server members reached"
    MAX_GUILD_CATEGORIES = 30030, 400, "Maximum number of server categories has been reached (5)"
    GUILD_ALREADY_HAS_TEMPLATE = 30031, 400, "Guild already has a template"
    MAX_APPLICATION_COMMANDS = 30032, 400, "Maximum number of application commands reached"
    MAX_THREAD_PARTICIPANTS = 30033, 400, "Maximum number of thread participants has been reached (1000)"
    MAX_DAILY_COMMAND_CREATES = 30034, 429, "Maximum number of daily application command creates has been reached (200)"
    MAX_NON_MEMBER_BANS = 30035, 400, "Maximum number of bans for non-guild members have been exceeded"
    MAX_BANS_FETCHES = 30037, 429, "Maximum number of bans fetches has been reached"
    MAX_SCHEDULED_EVENTS = 30038, 400, "Maximum number of uncompleted guild scheduled events reached (100)"
    MAX_STICKERS = 30039, 400, "Maximum number of stickers reached"
    MAX_PRUNE_REQUESTS = 30040, 429, "Maximum number of prune requests has been reached. Try again later"
    MAX_WIDGET_UPDATES = 30042, 429, "Maximum number of guild widget settings updates has been reached. Try again later"
    MAX_SOUNDBOARD_SOUNDS = 30045, 400, "Maximum number of soundboard sounds reached"
    MAX_OLD_MESSAGE_EDITS = 30046, 429, "Maximum number of edits to messages older than 1 hour reached. Try again later"
    MAX_PINNED_THREADS = 30047, 400, "Maximum number of pinned threads in a forum channel has been reached"
    MAX_FORUM_TAGS = 30048, 400, "Maximum number of tags in a forum channel has been reached"
    BITRATE_TOO_HIGH = 30052, 400, "Bitrate is too high for channel of this type"
    MAX_PREMIUM_EMOJIS = 30056, 400, "Maximum number of premium emojis reached (25)"
    MAX_GUILD_WEBHOOKS = 30058, 400, "Maximum number of webhooks per guild reached (1000)"
    MAX_OVERWRITES = 30060, 400, "Maximum number of channel permission overwrites reached (1000)"
    GUILD_CHANNELS_TOO_LARGE = 30061, 400, "The channels for this guild are too large"
    UNAUTHORIZED = 40001, 401, "Unauthorized"
    ACCOUNT_NOT_VERIFIED = 40002, 403, "You need to verify your account in order to perform this action"
    OPENING_DMS_TOO_FAST = 40003, 400, "You are opening direct messages too fast"
    SEND_MESSAGES_TEMPORARILY_DISABLED = 40004, 400, "Send messages has been temporarily disabled"
    REQUEST_ENTITY_TOO_LARGE = 40005, 413, "Request entity too large"
    FEATURE_DISABLED = 40006, 503, "This feature has been temporarily disabled server-side"
    USER_BANNED = 40007, 403, "The user is banned from this guild"
    ONE_PARENT_CHANGE_AT_A_TIME = 40009, 400, "Only one channel can have a parent_id modified at a time"
    CONNECTION_REVOKED = 40012, 400, "Connection has been revoked"
    SKU_NOT_CONSUMABLE = 40018, 400, "Only consumable SKUs can be consumed"
    ENTITLEMENT_NOT_SANDBOX = 40019, 400, "You can only delete sandbox entitlements"
    TARGET_NOT_IN_VOICE = 40032, 400, "Target user is not connected to voice"
    ALREADY_CROSSPOSTED = 40033, 400, "This message has already been crossposted"
    COMMAND_NAME_EXISTS = 40041, 400, "An application command with that name already exists"
    INTERACTION_FAILED = 40043, 400, "Application interaction failed to send"
    CANNOT_SEND_IN_FORUM = 40058, 400, "Cannot send a message in a forum channel"
    INTERACTION_ALREADY_ACKNOWLEDGED = 40060, 400, "Interaction has already been acknowledged."
    TAG_NAMES_MUST_UNIQUE = 40061, 400, "Tag names must be unique"
    RESOURCE_RATE_LIMITED = 40062, 429, "Service resource is being rate limited"
    NO_TAGS_FOR_NON_MODERATORS = 40066, 400, "There are no tags available that can be set by non-moderators"
    TAG_REQUIRED = 40067, 400, "A tag is required to create a forum post in this channel"
    ENTITLEMENT_ALREADY_GRANTED = 40074, 400, "An entitlement has already been granted for this resource"
    MAX_FOLLOWUPS = 40094, 400, "This interaction has hit the maximum number of follow up messages"
    CLOUDFLARE_BLOCK = 40333, 403, "Cloudflare is blocking your request. This can often be resolved by setting a proper User Agent"
    MISSING_ACCESS = 50001, 403, "Missing Access"
    INVALID_ACCOUNT_TYPE = 50002, 400, "Invalid account type"
    CANNOT_EXECUTE_ON_DM = 50003, 403, "Cannot execute action on a DM channel"
    GUILD_WIDGET_DISABLED = 50004, 403, "Widget Disabled"
    CANNOT_EDIT_OTHERS_MESSAGE = 50005, 403, "Cannot edit a message authored by another user"
    EMPTY_MESSAGE = 50006, 400, "Cannot send an empty message"
    CANNOT_SEND_TO_USER = 50007, 403, "Cannot send messages to this user"
    CANNOT_SEND_IN_NON_TEXT = 50008, 400, "Cannot send messages in a non-text channel"
    VERIFICATION_LEVEL_TOO_HIGH = 50009, 403, "Channel verification level is too high for you to gain access"
    APPLICATION_HAS_NO_BOT = 50010, 400, "OAuth2 application does not have a bot"
    OAUTH2_APPLICATION_LIMIT_REACHED = 50011, 400, "OAuth2 application limit reached"
    INVALID_OAUTH2_STATE = 50012, 400, "Invalid OAuth2 state"
    MISSING_PERMISSIONS = 50013, 403, "Missing Permissions"
    INVALID_AUTHENTICATION_TOKEN = 50014, 401, "Invalid authentication token"
    NOTE_TOO_LONG = 50015, 400, "Note was too long"
    BULK_DELETE_COUNT = 50016, 400, "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages to delete."
    INVALID_MFA_LEVEL = 50017, 403, "Invalid MFA Level"
    PIN_IN_OTHER_CHANNEL = 50019, 400, "A message can only be pinned to the channel it was sent in"
    INVITE_CODE_TAKEN = 50020, 400, "Invite code was either invalid or taken"
    CANNOT_EXECUTE_ON_SYSTEM_MESSAGE = 50021, 403, "Cannot execute action on a system message"
    CANNOT_EXECUTE_ON_CHANNEL_TYPE = 50024, 400, "Cannot execute action on this channel type"
    INVALID_OAUTH2_TOKEN = 50025, 401, "Invalid OAuth2 access token provided"
    MISSING_REQUIRED_OAUTH2_SCOPE = 50026, 400, "Missing required OAuth2 scope"
    INVALID_WEBHOOK_TOKEN = 50027, 401, "Invalid Webhook Token"
    INVALID_ROLE = 50028, 400, "Invalid Role"
    INVALID_RECIPIENT = 50033, 400, "Invalid Recipient(s)"
    MESSAGE_TOO_OLD_TO_BULK_DELETE = 50034, 400, "You can only bulk delete messages that are under 14 days old."
    INVALID_FORM_BODY = 50035, 400, "Invalid Form Body"
    INVITE_TO_FOREIGN_GUILD = 50036, 400, "An invite was accepted to a guild the application's bot is not in"
    INVALID_ACTIVITY_ACTION = 50039, 400, "Invalid Activity Action"
    INVALID_API_VERSION = 50041, 400, "Invalid API version provided"
    FILE_TOO_LARGE = 50045, 400, "File uploaded exceeds the maximum size"
    INVALID_FILE = 50046, 400, "Invalid file uploaded"
    CANNOT_SELF_REDEEM_GIFT = 50054, 400, "Cannot self-redeem this gift"
    INVALID_GUILD = 50055, 400, "Invalid Guild"
    INVALID_SKU = 50057, 400, "Invalid SKU"
    INVALID_REQUEST_ORIGIN = 50067, 400, "Invalid request origin"
    INVALID_MESSAGE_TYPE = 50068, 400, "Invalid message type"
    PAYMENT_SOURCE_REQUIRED = 50070, 400, "Payment source required to redeem gift"
    CANNOT_MODIFY_SYSTEM_WEBHOOK = 50073, 400, "Cannot modify a system webhook"
    COMMUNITY_CHANNEL_REQUIRED = 50074, 400, "Cannot delete a channel required for Community guilds"
    CANNOT_EDIT_STICKERS = 50080, 400, "Cannot edit stickers within a message"
    INVALID_STICKER = 50081, 400, "Invalid sticker sent"
    THREAD_ARCHIVED = 50083, 400, "Thread is archived"
    INVALID_THREAD_NOTIFICATION_SETTINGS = 50084, 400, "Invalid thread notification settings"
    BEFORE_THREAD_CREATION = 50085, 400, "`before` value is earlier than the thread creation date"
    COMMUNITY_CHANNEL_MUST_BE_TEXT = 50086, 400, "Community server channels must be text channels"
    EVENT_ENTITY_TYPE_DIFFERS = 50091, 400, "The entity type of the event is different from the entity you are trying to start the event for"
    GUILD_NOT_AVAILABLE_HERE = 50095, 400, "This server is not available in your location"
    GUILD_NEEDS_MONETIZATION = 50097, 400, "This server needs monetization enabled in order to perform this action"
    GUILD_NEEDS_BOOSTS = 50101, 400, "This server needs more boosts to perform this action"
    INVALID_JSON = 50109, 400, "The request body contains invalid JSON."
    PROVIDED_FILE_INVALID = 50110, 400, "The provided file is invalid"
    INVALID_FILE_TYPE = 50123, 400, "The provided file type is invalid"
    FILE_TOO_LONG = 50124, 400, "The provided file duration exceeds maximum of 5.2 seconds"
    OWNER_CANNOT_PENDING_MEMBER = 50131, 400, "Owner cannot be pending member"
    CANNOT_TRANSFER_TO_BOT = 50132, 400, "Ownership cannot be transferred to a bot user"
    ASSET_TOO_LARGE = 50138, 400, "Failed to resize asset below the maximum size: 262144"
    CANNOT_MIX_SUBSCRIPTION_ROLES = 50144, 400, "Cannot mix subscription and non subscription roles for an emoji"
    CANNOT_CONVERT_PREMIUM_EMOJI = 50145, 400, "Cannot convert between premium emoji and normal emoji"
    UPLOADED_FILE_NOT_FOUND = 50146, 400, "Uploaded file not found."
    INVALID_EMOJI = 50151, 400, "The specified emoji is invalid"
    VOICE_MESSAGE_WITH_CONTENT = 50159, 400, "Voice messages do not support additional content"
    VOICE_MESSAGE_NEEDS_ONE_AUDIO = 50160, 400, "Voice messages must have a single audio attachment"
    VOICE_MESSAGE_NEEDS_METADATA = 50161, 400, "Voice messages must have supporting metadata"
    CANNOT_EDIT_VOICE_MESSAGE = 50162, 400, "Voice messages cannot be edited"
    CANNOT_DELETE_SUBSCRIPTION_INTEGRATION = 50163, 400, "Cannot delete guild subscription integration"
    CANNOT_SEND_VOICE_EFFECT = 50167, 403, "Cannot send voice effect when user is server muted, deafened, or suppressed"
    NOT_IN_VOICE_CHANNEL = 50168, 400, "User must be in voice channel to send voice channel effect"
    CANNOT_SEND_VOICE_MESSAGES = 50173, 400, "You cannot send voice messages in this channel"
    USER_NOT_VERIFIED = 50178, 400, "The user account must first be verified"
    FILE_WITHOUT_DURATION = 50192, 400, "The provided file does not have a valid duration"
    NO_MUTUAL_GUILDS = 50278, 403, "Cannot send messages to this user due to having no mutual guilds"
    CANNOT_SEND_STICKER = 50600, 403, "You do not have permission to send this sticker"
    TWO_FACTOR_REQUIRED = 60003, 403, "Two factor is required for this operation"
    NO_USER_WITH_TAG = 80004, 400, "No users with DiscordTag exist"
    REACTION_BLOCKED = 90001, 403, "Reaction was blocked"
    CANNOT_USE_BURST_REACTIONS = 90002, 403, "User cannot use burst reactions"
    INDEX_NOT_AVAILABLE = 110000, 400, "Index not yet available. Try again later"
    APPLICATION_NOT_AVAILABLE = 110001, 400, "Application not yet available. Try again later"
    RESOURCE_OVERLOADED = 130000, 503, "API resource is currently overloaded. Try again a little later"
    STAGE_ALREADY_OPEN = 150006, 400, "The Stage is already open"
    CANNOT_REPLY_WITHOUT_HISTORY = 160002, 403, "Cannot reply without permission to read message history"
    THREAD_ALREADY_CREATED = 160004, 400, "A thread has already been created for this message"
    THREAD_LOCKED = 160005, 403, "Thread is locked"
    MAX_ACTIVE_THREADS = 160006, 400, "Maximum number of active threads reached"
    MAX_ACTIVE_ANNOUNCEMENT_THREADS = 160007, 400, "Maximum number of active announcement threads reached"
    CANNOT_FORWARD_UNREADABLE = 160014, 400, "You cannot forward a message whose content you cannot read."
    LOTTIE_INVALID_JSON = 170001, 400, "Invalid JSON for uploaded Lottie file"
    LOTTIE_WITH_RASTER_IMAGES = 170002, 400, "Uploaded Lotties cannot contain rasterized images such as PNG or JPEG"
    STICKER_FRAME_RATE_TOO_HIGH = 170003, 400, "Sticker maximum framerate exceeded"
    STICKER_TOO_MANY_FRAMES = 170004, 400, "Sticker frame count exceeds maximum of 1000 frames"
    LOTTIE_TOO_LARGE = 170005, 400, "Lottie animation maximum dimensions exceeded"
    STICKER_FRAME_RATE_OUT_OF_RANGE = 170006, 400, "Sticker frame rate is either too small or too large"
    STICKER_TOO_LONG = 170007, 400, "Sticker animation duration exceeds maximum of 5 seconds"
    EVENT_FINISHED = 180000, 400, "Cannot update a finished event"
    CANNOT_CREATE_STAGE_FOR_EVENT = 180002, 400, "Failed to create stage needed for stage event"
    BLOCKED_BY_AUTOMOD = 200000, 400, "Message was blocked by automatic moderation"
    TITLE_BLOCKED_BY_AUTOMOD = 200001, 400, "Title was blocked by automatic moderation"
    FORUM_WEBHOOK_NEEDS_THREAD = 220001, 400, "Webhooks posted to forum channels must have a thread_name or thread_id"
    FORUM_WEBHOOK_THREAD_NAME_AND_ID = 220002, 400, "Webhooks posted to forum channels cannot have both a thread_name and thread_id"
    WEBHOOK_THREAD_NEEDS_FORUM = 220003, 400, "Webhooks can only create threads in forum channels"
    WEBHOOK_SERVICE_IN_FORUM = 220004, 400, "Webhook services cannot be used in forum channels"
    BLOCKED_BY_LINK_FILTER = 240000, 400, "Message blocked by harmful links filter"
    JOINING_LIMITED = 340015, 400, "Access to joining new servers has been limited for the user"
    CANNOT_ENABLE_ONBOARDING = 350000, 400, "Cannot enable onboarding, requirements are not met"
    ONBOARDING_BELOW_REQUIREMENTS = 350001, 400, "Cannot update onboarding while below requirements"
    FILE_UPLOADS_LIMITED = 400001, 400, "Access to file uploads has been limited for this guild"
    FAILED_BAN_USERS = 500000, 400, "Failed to ban users"
    POLL_VOTING_BLOCKED = 520000, 400, "Poll voting blocked"
    POLL_EXPIRED = 520001, 400, "Poll expired"
    INVALID_POLL_CHANNEL = 520002, 400, "Invalid channel type for poll creation"
    CANNOT_EDIT_POLL_MESSAGE = 520003, 400, "Cannot edit a poll message"
    CANNOT_USE_POLL_EMOJI = 520004, 400, "Cannot use an emoji included with the poll"
    CANNOT_EXPIRE_NON_POLL_MESSAGE = 520006, 400, "Cannot expire a non-poll message"
    # fmt: on


class RestError(Exception):
    """A request that Discord refuses.

    ``errors`` is the nested tree of a 50035 body; ``extra`` are further keys of the answer (``retry_after``).
    ``status`` is for code 0, which stands for a bare HTTP error such as 401 or 404, and for a code that comes with
    several statuses. ``why`` is the cause in words, a note for the author of the test: no client is told.
    """

    def __init__(
        self,
        code: Code,
        *,
        errors: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
        status: int | None = None,
        why: str | None = None,
    ) -> None:
        self.code = code
        self.errors = errors
        self.extra = extra
        self.status = code.status if status is None else status
        self.text = code.text if status is None or code.value else f"{status}: {PHRASES[status]}"
        super().__init__(f"{self.status} (error code: {code.value}): {self.text}")
        if why is not None:
            self.add_note(why)

    @property
    def why(self) -> str:
        """What its notes say, on one line."""
        return "; ".join(getattr(self, "__notes__", ()))

    def beneath(self, field: str) -> RestError:
        """Return the same error, of a form that was in this field."""
        if self.errors is not None:
            self.errors = {field: self.errors}
        return self

    def payload(self) -> dict[str, Any]:
        """Return the JSON body of the answer."""
        body: dict[str, Any] = {"message": self.text, "code": self.code.value}
        if self.errors is not None:
            body["errors"] = self.errors
        if self.extra is not None:
            body.update(self.extra)
        return body
