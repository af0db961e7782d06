import ConvertFiles

/// The families that are part of the program, from the files in `Descriptions`.
enum BuiltInFamilies {
    /// Name and bytes of each file, in the order in which families are tried and listed.
    static let files: [(name: String, bytes: [UInt8])] = [
        ("ir_resnet.family", PackageResources.ir_resnet_family),
        ("resnet_face.family", PackageResources.resnet_face_family),
        ("resnet_embedding.family", PackageResources.resnet_embedding_family),
        ("sphereface.family", PackageResources.sphereface_family),
        ("sphere_layers.family", PackageResources.sphere_layers_family),
        ("inception_resnet_v1.family", PackageResources.inception_resnet_v1_family),
        ("mobilefacenet.family", PackageResources.mobilefacenet_family),
        ("mobilefacenet_insightface.family", PackageResources.mobilefacenet_insightface_family),
        ("mobilefacenet_blocks.family", PackageResources.mobilefacenet_blocks_family),
        ("mobilefacenet_foamliu.family", PackageResources.mobilefacenet_foamliu_family),
        ("lightcnn.family", PackageResources.lightcnn_family),
        ("mobilenet_v1_facenet.family", PackageResources.mobilenet_v1_facenet_family),
        ("mobilenet_v1_yakhyo.family", PackageResources.mobilenet_v1_yakhyo_family),
        ("mobilenet_v2_yakhyo.family", PackageResources.mobilenet_v2_yakhyo_family),
        ("mobilenet_v3_yakhyo.family", PackageResources.mobilenet_v3_yakhyo_family),
        ("insightface_vit.family", PackageResources.insightface_vit_family),
        ("face_transformer.family", PackageResources.face_transformer_family),
        ("ghostnet.family", PackageResources.ghostnet_family),
        ("edgeface.family", PackageResources.edgeface_family),
        ("mtcnn_pnet.family", PackageResources.mtcnn_pnet_family),
        ("mtcnn_rnet.family", PackageResources.mtcnn_rnet_family),
        ("mtcnn_onet.family", PackageResources.mtcnn_onet_family),
    ]

    /// Every family as far as its contract, or the first thing that is wrong with a description; a test keeps the latter from happening.
    static let read = Result<[FamilyDescription], any Error> {
        try files.map { try FamilyDescription(text: String(decoding: $0.bytes, as: UTF8.self), file: $0.name, isWhole: false) }
    }

    static var all: [FamilyDescription] { (try? read.get()) ?? [] }
}
