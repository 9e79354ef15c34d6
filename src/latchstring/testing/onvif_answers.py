"""What the pretended ONVIF device answers, as XML. Sources: ONVIF Core, Media and Media2 specifications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

NAMESPACES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "wsa": "http://www.w3.org/2005/08/addressing",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "ter": "http://www.onvif.org/ver10/error",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "tns1": "http://www.onvif.org/ver10/topics",
}
_DECLARED = " ".join(f'xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())

MEDIA2 = NAMESPACES["tr2"]
MASK_COLOURS = '<tr2:ColorList X="0" Y="0" Z="0" Colorspace="http://www.onvif.org/ver10/colorspace/YCbCr"/>'


@dataclass
class Stream:
    """One profile of the device. `url` is what it tells of its RTSP stream, without a login."""

    token: str
    url: str
    width: int
    height: int
    fps: int = 20
    gop_frames: int = 40
    codec: str = "H264"
    kbps: int = 2000


def envelope(body: str) -> bytes:
    return f'<?xml version="1.0"?><s:Envelope {_DECLARED}><s:Body>{body}</s:Body></s:Envelope>'.encode()


def fault(subcode: str, words: str, *, code: str = "Sender") -> str:
    return (
        f"<s:Fault><s:Code><s:Value>s:{code}</s:Value><s:Subcode><s:Value>{subcode}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{escape(words)}</s:Text></s:Reason></s:Fault>'
    )


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def system_time(at: datetime) -> str:
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>"
        f"<tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}</tt:Minute><tt:Second>{at.second}</tt:Second></tt:Time>"
        f"<tt:Date><tt:Year>{at.year}</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date>"
        "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def information(maker: str, model: str) -> str:
    return (
        f"<tds:GetDeviceInformationResponse><tds:Manufacturer>{escape(maker)}</tds:Manufacturer>"
        f"<tds:Model>{escape(model)}</tds:Model><tds:FirmwareVersion>1.0</tds:FirmwareVersion>"
        "<tds:SerialNumber>1</tds:SerialNumber><tds:HardwareId>1</tds:HardwareId></tds:GetDeviceInformationResponse>"
    )


def services(addresses: Mapping[str, str]) -> str:
    listed = "".join(
        f"<tds:Service><tds:Namespace>{NAMESPACES[prefix]}</tds:Namespace><tds:XAddr>{escape(address)}</tds:XAddr>"
        "<tds:Version><tt:Major>2</tt:Major><tt:Minor>6</tt:Minor></tds:Version></tds:Service>"
        for prefix, address in addresses.items()
    )
    return f"<tds:GetServicesResponse>{listed}</tds:GetServicesResponse>"


def capabilities(addresses: Mapping[str, str]) -> str:
    names = {"tds": "Device", "tev": "Events", "trt": "Media"}
    more = {
        "Device": "",
        "Media": "<tt:StreamingCapabilities/>",
        "Events": "<tt:WSSubscriptionPolicySupport>false</tt:WSSubscriptionPolicySupport>"
        "<tt:WSPullPointSupport>true</tt:WSPullPointSupport>"
        "<tt:WSPausableSubscriptionManagerInterfaceSupport>false</tt:WSPausableSubscriptionManagerInterfaceSupport>",
    }
    listed = "".join(
        f"<tt:{name}><tt:XAddr>{escape(addresses[prefix])}</tt:XAddr>{more[name]}</tt:{name}>"
        for prefix, name in names.items()
        if prefix in addresses
    )
    return (
        f"<tds:GetCapabilitiesResponse><tds:Capabilities>{listed}</tds:Capabilities>"
        "</tds:GetCapabilitiesResponse>"
    )


def _encoder(stream: Stream, tag: str) -> str:
    """Media 1 knows H.264 only; a profile in another codec has no encoder there."""
    return (
        f"<tt:{tag} token={quoteattr('enc-' + stream.token)}><tt:Name>{escape(stream.token)}</tt:Name>"
        f"<tt:UseCount>1</tt:UseCount><tt:Encoding>{stream.codec}</tt:Encoding>"
        f"<tt:Resolution><tt:Width>{stream.width}</tt:Width><tt:Height>{stream.height}</tt:Height></tt:Resolution>"
        "<tt:Quality>4</tt:Quality><tt:RateControl>"
        f"<tt:FrameRateLimit>{stream.fps}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval>"
        f"<tt:BitrateLimit>{stream.kbps}</tt:BitrateLimit></tt:RateControl>"
        f"<tt:H264><tt:GovLength>{stream.gop_frames}</tt:GovLength><tt:H264Profile>High</tt:H264Profile></tt:H264>"
        "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>"
        "<tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
        f"<tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:{tag}>"
    )


_SOURCE = (
    '<{0} token="vsc"><tt:Name>source</tt:Name><tt:UseCount>1</tt:UseCount>'
    "<tt:SourceToken>vs</tt:SourceToken>"
    '<tt:Bounds x="0" y="0" width="1920" height="1080"/></{0}>'
)


def profiles(streams: Iterable[Stream]) -> str:
    listed = "".join(
        f'<trt:Profiles token={quoteattr(s.token)} fixed="true"><tt:Name>{escape(s.token)}</tt:Name>'
        + _SOURCE.format("tt:VideoSourceConfiguration")
        + (_encoder(s, "VideoEncoderConfiguration") if s.codec in ("H264", "JPEG") else "")
        + "</trt:Profiles>"
        for s in streams
    )
    return f"<trt:GetProfilesResponse>{listed}</trt:GetProfilesResponse>"


def encoder(stream: Stream) -> str:
    inner = _encoder(stream, "X").removeprefix("<tt:X").removesuffix("</tt:X>")
    return (
        f"<trt:GetVideoEncoderConfigurationResponse><trt:Configuration{inner}</trt:Configuration>"
        "</trt:GetVideoEncoderConfigurationResponse>"
    )


def stream_uri(stream: Stream) -> str:
    return (
        f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{escape(stream.url)}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        "<tt:Timeout>PT0S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
    )


def _encoder2(stream: Stream, tag: str) -> str:
    return (
        f'<{tag} token={quoteattr("enc-" + stream.token)} GovLength="{stream.gop_frames}" Profile="Main">'
        f"<tt:Name>{escape(stream.token)}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>{stream.codec}</tt:Encoding>"
        f"<tt:Resolution><tt:Width>{stream.width}</tt:Width><tt:Height>{stream.height}</tt:Height></tt:Resolution>"
        f"<tt:RateControl><tt:FrameRateLimit>{stream.fps}</tt:FrameRateLimit>"
        f"<tt:BitrateLimit>{stream.kbps}</tt:BitrateLimit></tt:RateControl><tt:Quality>4</tt:Quality></{tag}>"
    )


def profiles2(streams: Iterable[Stream]) -> str:
    listed = "".join(
        f'<tr2:Profiles token={quoteattr(s.token)} fixed="true"><tr2:Name>{escape(s.token)}</tr2:Name>'
        f"<tr2:Configurations>{_SOURCE.format('tr2:VideoSource')}{_encoder2(s, 'tr2:VideoEncoder')}"
        "</tr2:Configurations>"
        "</tr2:Profiles>"
        for s in streams
    )
    return f"<tr2:GetProfilesResponse>{listed}</tr2:GetProfilesResponse>"


def encoders2(stream: Stream) -> str:
    return (
        "<tr2:GetVideoEncoderConfigurationsResponse>"
        f"{_encoder2(stream, 'tr2:Configurations')}</tr2:GetVideoEncoderConfigurationsResponse>"
    )


def stream_uri2(stream: Stream) -> str:
    return f"<tr2:GetStreamUriResponse><tr2:Uri>{escape(stream.url)}</tr2:Uri></tr2:GetStreamUriResponse>"


def media2_capabilities() -> str:
    return (
        '<tr2:GetServiceCapabilitiesResponse><tr2:Capabilities Mask="true" SnapshotUri="false">'
        '<tr2:ProfileCapabilities MaximumNumberOfProfiles="4"/>'
        '<tr2:StreamingCapabilities RTSPStreaming="true"/>'
        "</tr2:Capabilities></tr2:GetServiceCapabilitiesResponse>"
    )


def audio_outputs(*, some: bool) -> str:
    listed = '<trt:AudioOutputs token="speaker"/>' if some else ""
    return f"<trt:GetAudioOutputsResponse>{listed}</trt:GetAudioOutputsResponse>"


def mask_options(most: int, corners: int, *, rectangles_only: bool) -> str:
    only = ' RectangleOnly="true"' if rectangles_only else ""
    return (
        f'<tr2:GetMaskOptionsResponse><tr2:Options{only} SingleColorOnly="true">'
        f"<tr2:MaxMasks>{most}</tr2:MaxMasks>"
        f"<tr2:MaxPoints>{corners}</tr2:MaxPoints><tr2:Types>Color</tr2:Types><tr2:Color>{MASK_COLOURS}</tr2:Color>"
        "</tr2:Options></tr2:GetMaskOptionsResponse>"
    )


def masks(listed: Mapping[str, str]) -> str:
    inner = "".join(
        f"<tr2:Masks token={quoteattr(token)}>{mask}</tr2:Masks>" for token, mask in listed.items()
    )
    return f"<tr2:GetMasksResponse>{inner}</tr2:GetMasksResponse>"


def subscription(address: str, now: datetime, until: datetime) -> str:
    return (
        f"<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference><wsa:Address>{escape(address)}"
        f"</wsa:Address></tev:SubscriptionReference><wsnt:CurrentTime>{stamp(now)}</wsnt:CurrentTime>"
        f"<wsnt:TerminationTime>{stamp(until)}</wsnt:TerminationTime></tev:CreatePullPointSubscriptionResponse>"
    )


def pulled(messages: Iterable[str], now: datetime, until: datetime) -> str:
    return (
        f"<tev:PullMessagesResponse><tev:CurrentTime>{stamp(now)}</tev:CurrentTime>"
        f"<tev:TerminationTime>{stamp(until)}</tev:TerminationTime>{''.join(messages)}</tev:PullMessagesResponse>"
    )


def renewed(now: datetime, until: datetime) -> str:
    return (
        f"<wsnt:RenewResponse><wsnt:TerminationTime>{stamp(until)}</wsnt:TerminationTime>"
        f"<wsnt:CurrentTime>{stamp(now)}</wsnt:CurrentTime></wsnt:RenewResponse>"
    )


def message(topic: str, name: str, value: str, *, at: datetime, operation: str | None) -> str:
    changed = f' PropertyOperation="{operation}"' if operation else ""
    return (
        '<wsnt:NotificationMessage><wsnt:Topic Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
        f'{escape(topic)}</wsnt:Topic><wsnt:Message><tt:Message UtcTime="{stamp(at)}"{changed}>'
        '<tt:Source><tt:SimpleItem Name="Source" Value="vs"/></tt:Source>'
        f"<tt:Data><tt:SimpleItem Name={quoteattr(name)} Value={quoteattr(value)}/></tt:Data>"
        "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
    )


def probe_match(relates_to: str, address: str, name: str) -> bytes:
    """WS-Discovery (2005/04), as ONVIF Core 7.3 uses it."""
    return (
        '<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
        'xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
        'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
        'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
        "<a:MessageID>urn:uuid:5f1d0a52-0000-4000-8000-000000000002</a:MessageID>"
        f"<a:RelatesTo>{escape(relates_to)}</a:RelatesTo>"
        "<a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
        "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action></s:Header><s:Body>"
        "<d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
        "<a:Address>urn:uuid:5f1d0a52-0000-4000-8000-000000000001</a:Address></a:EndpointReference>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types>"
        f"<d:Scopes>onvif://www.onvif.org/name/{escape(name)} onvif://www.onvif.org/hardware/doorbell</d:Scopes>"
        f"<d:XAddrs>{escape(address)}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>"
        "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
    ).encode()
